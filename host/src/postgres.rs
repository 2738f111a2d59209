//! `spin:postgres@4.2.0`: PostgreSQL servers that the manifest allows, each opened handle with its own session.

pub mod session;
mod values;

use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use self::session::{Address, Session};
use self::values::{Parameter, column, value};
use crate::bindings::spin::postgres::postgres::{
    Column, DbError, Error, Host, HostConnection, HostConnectionBuilder,
    HostConnectionBuilderWithStore, HostConnectionWithStore, ParameterValue, QueryError, Row,
    RowSet,
};
use crate::state::State;

type Answer<T> = wasmtime::Result<Result<T, Error>>;
type Rows = (Vec<Column>, StreamReader<Row>, FutureReader<Result<(), Error>>);

fn failed(error: &tokio_postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        return Error::QueryFailed(QueryError::Text(error.to_string()));
    };
    Error::QueryFailed(QueryError::DbError(DbError {
        as_text: said.to_string(),
        severity: said.severity().to_owned(),
        code: said.code().code().to_owned(),
        message: said.message().to_owned(),
        detail: said.detail().map(str::to_owned),
        extras: Vec::new(),
    }))
}

async fn query(
    session: Session,
    statement: String,
    parameters: Vec<ParameterValue>,
) -> Result<(Vec<Column>, Vec<Row>), Error> {
    let parameters = Parameter::all(parameters)?;
    let prepared = session.prepared(&statement).await.map_err(|error| failed(&error))?;
    let found = session.client.query_raw(&prepared, &parameters).await;
    let found = found.map_err(|error| failed(&error))?;
    let found: Vec<_> =
        futures::TryStreamExt::try_collect(found).await.map_err(|error| failed(&error))?;
    let rows = found.iter().map(|row| (0..row.len()).map(|at| value(row, at)).collect());
    Ok((prepared.columns().iter().map(column).collect(), rows.collect()))
}

async fn execute(
    session: Session,
    statement: String,
    parameters: Vec<ParameterValue>,
) -> Result<u64, Error> {
    let parameters = Parameter::all(parameters)?;
    let prepared = session.prepared(&statement).await.map_err(|error| failed(&error))?;
    let changed = session.client.execute_raw(&prepared, &parameters).await;
    changed.map_err(|error| failed(&error))
}

impl State {
    /// Whether the manifest allows every server of this address.
    fn postgres(&self, address: &str) -> Result<Address, Error> {
        let address = Address::parse(address).map_err(Error::ConnectionFailed)?;
        let is_allowed = |(host, port): (&str, u16)| {
            self.component.allowed_hosts.allows("postgres", host, Some(port))
        };
        let are_allowed = address.servers().all(is_allowed);
        match are_allowed {
            true => Ok(address),
            false => {
                let text = "the manifest does not allow this server: write postgres://HOST:PORT in allowed_outbound_hosts";
                Err(Error::ConnectionFailed(text.to_owned()))
            }
        }
    }

    fn session(&self, this: &Resource<Session>) -> wasmtime::Result<Session> {
        Ok(self.table.get(this)?.clone())
    }
}

async fn open<T: 'static>(
    accessor: &Accessor<T, HasSelf<State>>,
    address: &str,
) -> Answer<Resource<Session>> {
    let address = match accessor.with(|mut access| access.get().postgres(address)) {
        Ok(address) => address,
        Err(error) => return Ok(Err(error)),
    };
    match Session::open(&address).await.map_err(Error::ConnectionFailed) {
        Ok(session) => accessor.with(|mut access| Ok(Ok(access.get().table.push(session)?))),
        Err(error) => Ok(Err(error)),
    }
}

impl Host for State {}

impl HostConnection for State {
    async fn open(&mut self, address: String) -> Answer<Resource<Session>> {
        let opened = match self.postgres(&address) {
            Ok(address) => Session::open(&address).await.map_err(Error::ConnectionFailed),
            Err(error) => Err(error),
        };
        match opened {
            Ok(session) => Ok(Ok(self.table.push(session)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn query(
        &mut self,
        this: Resource<Session>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Answer<RowSet> {
        let found = query(self.session(&this)?, statement, parameters).await;
        Ok(found.map(|(columns, rows)| RowSet { columns, rows }))
    }

    async fn execute(
        &mut self,
        this: Resource<Session>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Answer<u64> {
        Ok(execute(self.session(&this)?, statement, parameters).await)
    }

    async fn drop(&mut self, this: Resource<Session>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: 'static> HostConnectionWithStore<T> for HasSelf<State> {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        address: String,
    ) -> Answer<Resource<Session>> {
        open(accessor, &address).await
    }

    async fn query_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Session>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Answer<Rows> {
        let session = accessor.with(|mut access| access.get().session(&this))?;
        let (columns, rows) = match query(session, statement, parameters).await {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, rows)?;
            let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
            Ok(Ok((columns, rows, end)))
        })
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Session>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Answer<u64> {
        let session = accessor.with(|mut access| access.get().session(&this))?;
        Ok(execute(session, statement, parameters).await)
    }
}

impl HostConnectionBuilder for State {
    async fn new(&mut self, address: String) -> wasmtime::Result<Resource<String>> {
        Ok(self.table.push(address)?)
    }

    async fn set_ca_root(&mut self, _: Resource<String>, _: String) -> Answer<()> {
        let text = "this host connects to PostgreSQL without TLS: Spin has it".to_owned();
        Ok(Err(Error::Other(text)))
    }

    async fn build(&mut self, this: Resource<String>) -> Answer<Resource<Session>> {
        let address = self.table.get(&this)?.clone();
        HostConnection::open(self, address).await
    }

    async fn drop(&mut self, this: Resource<String>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: 'static> HostConnectionBuilderWithStore<T> for HasSelf<State> {
    async fn build_async(
        accessor: &Accessor<T, Self>,
        this: Resource<String>,
    ) -> Answer<Resource<Session>> {
        let address = accessor.with(|mut access| {
            let state = access.get();
            wasmtime::error::Ok(state.table.get(&this)?.clone())
        })?;
        open(accessor, &address).await
    }
}
