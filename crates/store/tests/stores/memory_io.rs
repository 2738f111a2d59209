//! A key-value store in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use postern_store::increments::{IncrementError, IncrementIo};

/// Clones are other processes' views of one store.
#[derive(Clone, Default)]
pub struct MemoryIo(pub Arc<Mutex<HashMap<String, Vec<u8>>>>);

impl IncrementIo for MemoryIo {
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
        // Others come in between wherever they can.
        std::thread::yield_now();
        let mut values = self.0.lock().unwrap();
        let value = match values.get(key).map(|bytes| bytes.as_slice().try_into()) {
            None => 0,
            Some(Ok(bytes)) => i64::from_le_bytes(bytes),
            Some(Err(_)) => return Err(IncrementError::Broken),
        };
        let value = value.checked_add(delta).ok_or(IncrementError::Broken)?;
        values.insert(key.to_owned(), value.to_le_bytes().to_vec());
        Ok(value)
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
        self.0.lock().unwrap().insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), IncrementError> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }

    async fn names(&self, beginning: &str) -> Result<Vec<String>, IncrementError> {
        let values = self.0.lock().unwrap();
        Ok(values.keys().filter(|name| name.starts_with(beginning)).cloned().collect())
    }

    async fn pause(&self, ms: u64) {
        std::thread::sleep(std::time::Duration::from_millis(ms));
    }
}
