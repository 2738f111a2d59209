//! A vendor's error within an answer that began well, without our secrets.

use crate::stages::upstream;
use postern_contract::types;
use postern_fault::Fault;

/// What was decoded; a fault comes without what `upstream` knows to be secret: the vendor may have quoted it.
pub async fn said<T>(decoded: Result<T, types::Fault>) -> Result<T, Fault> {
    match decoded {
        Ok(decoded) => Ok(decoded),
        Err(fault) => Err(masked(fault.into()).await),
    }
}

async fn masked(fault: Fault) -> Fault {
    let Fault { public, private, param, code, .. } = fault.clone();
    let texts = [Some(public), private, param, code];
    let there = texts.iter().flatten().cloned().collect();
    let mut masked = upstream::masked(there).await.into_iter();
    let [public, private, param, code] = texts.map(|text| text.and_then(|_| masked.next()));
    Fault { public: public.unwrap_or_default(), private, param, code, ..fault }
}
