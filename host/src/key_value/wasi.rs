//! `wasi:keyvalue@0.2.0-draft2`: store, atomics and batch. Its calls block the instance while they wait.

use postern_key_value::{Store, Swap};
use wasmtime::component::Resource;

use crate::bindings::spin::key_value::key_value::Error as OpenError;
use crate::bindings::wasi::keyvalue::atomics::{self, CasError};
use crate::bindings::wasi::keyvalue::batch;
use crate::bindings::wasi::keyvalue::store::{self, Error, KeyResponse};
use crate::state::State;

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl store::Host for State {
    async fn open(&mut self, identifier: String) -> Answer<Resource<Store>> {
        Ok(self.open_store(&identifier)?.map_err(|error| match error {
            OpenError::NoSuchStore => Error::NoSuchStore,
            OpenError::AccessDenied => Error::AccessDenied,
            OpenError::StoreTableFull => Error::Other("too many stores are open".to_owned()),
            OpenError::Other(text) => Error::Other(text),
        }))
    }
}

impl store::HostBucket for State {
    async fn get(&mut self, bucket: Resource<Store>, key: String) -> Answer<Option<Vec<u8>>> {
        Ok(self.bucket(&bucket)?.get(&key).await.map_err(Error::Other))
    }

    async fn set(&mut self, bucket: Resource<Store>, key: String, value: Vec<u8>) -> Answer<()> {
        Ok(self.bucket(&bucket)?.set(&key, &value).await.map_err(Error::Other))
    }

    async fn delete(&mut self, bucket: Resource<Store>, key: String) -> Answer<()> {
        Ok(self.bucket(&bucket)?.delete(&key).await.map_err(Error::Other))
    }

    async fn exists(&mut self, bucket: Resource<Store>, key: String) -> Answer<bool> {
        Ok(self.bucket(&bucket)?.exists(&key).await.map_err(Error::Other))
    }

    async fn list_keys(
        &mut self,
        bucket: Resource<Store>,
        cursor: Option<String>,
    ) -> Answer<KeyResponse> {
        if cursor.is_some() {
            return Ok(Err(Error::Other(
                "a list of keys has no cursor: it comes whole".to_owned(),
            )));
        }
        let keys = self.bucket(&bucket)?.keys().await;
        Ok(keys.map(|keys| KeyResponse { keys, cursor: None }).map_err(Error::Other))
    }

    async fn drop(&mut self, bucket: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl atomics::Host for State {
    async fn increment(&mut self, bucket: Resource<Store>, key: String, delta: i64) -> Answer<i64> {
        Ok(self.bucket(&bucket)?.increment(&key, delta).await.map_err(Error::Other))
    }

    async fn swap(
        &mut self,
        swap: Resource<Swap>,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), CasError>> {
        let swap = self.table.delete(swap)?;
        match swap.swap(&value).await {
            Ok(true) => Ok(Ok(())),
            Ok(false) => {
                let mut again = swap.again();
                if let Err(error) = again.current().await {
                    return Ok(Err(CasError::StoreError(Error::Other(error))));
                }
                Ok(Err(CasError::CasFailed(self.table.push(again)?)))
            }
            Err(error) => Ok(Err(CasError::StoreError(Error::Other(error)))),
        }
    }
}

impl atomics::HostCas for State {
    async fn new(&mut self, bucket: Resource<Store>, key: String) -> Answer<Resource<Swap>> {
        let swap = self.bucket(&bucket)?.swap(key);
        Ok(Ok(self.table.push(swap)?))
    }

    async fn current(&mut self, swap: Resource<Swap>) -> Answer<Option<Vec<u8>>> {
        Ok(self.table.get_mut(&swap)?.current().await.map_err(Error::Other))
    }

    async fn drop(&mut self, swap: Resource<Swap>) -> wasmtime::Result<()> {
        self.table.delete(swap)?;
        Ok(())
    }
}

impl batch::Host for State {
    async fn get_many(
        &mut self,
        bucket: Resource<Store>,
        keys: Vec<String>,
    ) -> Answer<Vec<(String, Option<Vec<u8>>)>> {
        Ok(self.bucket(&bucket)?.get_many(&keys).await.map_err(Error::Other))
    }

    async fn set_many(
        &mut self,
        bucket: Resource<Store>,
        pairs: Vec<(String, Vec<u8>)>,
    ) -> Answer<()> {
        Ok(self.bucket(&bucket)?.set_many(&pairs).await.map_err(Error::Other))
    }

    async fn delete_many(&mut self, bucket: Resource<Store>, keys: Vec<String>) -> Answer<()> {
        Ok(self.bucket(&bucket)?.delete_many(&keys).await.map_err(Error::Other))
    }
}

impl State {
    fn bucket(&self, bucket: &Resource<Store>) -> wasmtime::Result<Store> {
        Ok(self.table.get(bucket)?.clone())
    }
}
