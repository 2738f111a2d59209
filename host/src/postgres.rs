//! `spin:postgres@4.2.0`: PostgreSQL servers that the manifest allows, each opened handle with its own session.

pub mod session;
mod values;

use std::future::Future;
use std::time::Duration;

use futures::TryStreamExt;
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use self::session::{Address, CONNECT_TIMEOUT, Session};
use self::values::{Parameter, column, value};
use crate::bindings::spin::postgres::postgres::{
    Column, DbError, Error, Host, HostConnection, HostConnectionBuilder,
    HostConnectionBuilderWithStore, HostConnectionWithStore, ParameterValue, QueryError, Row,
    RowSet,
};
use crate::state::State;

type Answer<T> = wasmtime::Result<Result<T, Error>>;
type Rows = (Vec<Column>, StreamReader<Row>, FutureReader<Result<(), Error>>);

/// The most that a statement may take, the wait for its rows included. The statements of a component take milliseconds.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

/// The most bytes of rows that one query may bring into the memory of the host, which no limit of a guest bounds.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a row takes in addition to what the server has sent: a vector, and a value for each column.
const BYTES_PER_ROW: usize = 256;

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

fn text(text: &str) -> Error {
    Error::QueryFailed(QueryError::Text(text.to_owned()))
}

/// What is left of [`MAX_BYTES`] after a row of so many bytes.
fn less(left: usize, row_bytes: usize) -> Result<usize, Error> {
    let left = left.checked_sub(row_bytes.saturating_add(BYTES_PER_ROW));
    left.ok_or_else(|| text("the rows take more than 64 MiB: ask for fewer with LIMIT"))
}

/// Does this within the time of a statement. A session whose statement took longer is closed.
async fn in_time<T>(
    session: &Session,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(STATEMENT_TIMEOUT, work).await.unwrap_or_else(|_| {
        session.close();
        Err(text("the server has not answered in 30 seconds: the session is closed"))
    })
}

async fn query(
    session: Session,
    statement: String,
    parameters: Vec<ParameterValue>,
) -> Result<(Vec<Column>, Vec<Row>), Error> {
    let parameters = Parameter::all(parameters)?;
    let found = async {
        let prepared = session.prepared(&statement).await.map_err(|error| failed(&error))?;
        let found = session.client.query_raw(&prepared, &parameters).await;
        let mut found = std::pin::pin!(found.map_err(|error| failed(&error))?);
        let (mut rows, mut left) = (Vec::new(), MAX_BYTES);
        while let Some(row) = found.try_next().await.map_err(|error| failed(&error))? {
            left = less(left, row.raw_size_bytes())?;
            rows.push((0..row.len()).map(|at| value(&row, at)).collect());
        }
        Ok((prepared.columns().iter().map(column).collect(), rows))
    };
    in_time(&session, found).await
}

async fn execute(
    session: Session,
    statement: String,
    parameters: Vec<ParameterValue>,
) -> Result<u64, Error> {
    let parameters = Parameter::all(parameters)?;
    let changed = async {
        let prepared = session.prepared(&statement).await.map_err(|error| failed(&error))?;
        let changed = session.client.execute_raw(&prepared, &parameters).await;
        changed.map_err(|error| failed(&error))
    };
    in_time(&session, changed).await
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
    match Session::open(&address, CONNECT_TIMEOUT).await.map_err(Error::ConnectionFailed) {
        Ok(session) => accessor.with(|mut access| Ok(Ok(access.get().table.push(session)?))),
        Err(error) => Ok(Err(error)),
    }
}

impl Host for State {}

impl HostConnection for State {
    async fn open(&mut self, address: String) -> Answer<Resource<Session>> {
        let opened = match self.postgres(&address) {
            Ok(address) => {
                Session::open(&address, CONNECT_TIMEOUT).await.map_err(Error::ConnectionFailed)
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_brings_no_more_rows_than_fit() {
        assert_eq!(less(MAX_BYTES, 0).ok(), Some(MAX_BYTES - BYTES_PER_ROW));
        assert_eq!(less(MAX_BYTES, MAX_BYTES - BYTES_PER_ROW).ok(), Some(0));
        for row_bytes in [MAX_BYTES, usize::MAX] {
            assert!(less(MAX_BYTES, row_bytes).is_err(), "{row_bytes}");
        }
    }
}
