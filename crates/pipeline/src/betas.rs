//! Features in beta that a client asks for by the header `anthropic-beta`
//! (<https://platform.claude.com/docs/en/api/beta-headers>). A platform of Anthropic's models refuses a request with a name that it
//! does not know, so only those of its row reach it.

use postern_types::VendorApi;
use postern_types::provider::Loss;

const HEADER: &str = "anthropic-beta";

/// The features that the vendor does not take.
pub fn refused(headers: &[(String, String)], vendor: &VendorApi) -> Vec<Loss> {
    let Some(known) = &vendor.quirks.betas else { return Vec::new() };
    let asked = headers.iter().filter(|(name, _)| name == HEADER);
    let asked = asked.flat_map(|(_, value)| names(value));
    let refused = asked.filter(|name| !known.iter().any(|known| known == name));
    let loss = |name: &str| Loss {
        path: HEADER.to_owned(),
        reason: format!("the vendor does not know the beta feature {name}"),
    };
    refused.map(loss).collect()
}

/// Leaves those features out, and the header if none is left.
pub fn leave_out(headers: &mut Vec<(String, String)>, vendor: &VendorApi) {
    let Some(known) = &vendor.quirks.betas else { return };
    headers.retain_mut(|(name, value)| {
        if name == HEADER {
            let taken: Vec<&str> =
                names(value).filter(|name| known.iter().any(|known| known == name)).collect();
            *value = taken.join(",");
        }
        name != HEADER || !value.is_empty()
    });
}

fn names(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::Dialect;

    fn vendor(betas: Option<&[&str]>) -> VendorApi {
        let mut vendor = VendorApi::new(Dialect::Anthropic, "m");
        vendor.quirks.betas =
            betas.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        vendor
    }

    fn headers(value: &str) -> Vec<(String, String)> {
        vec![("x-a".to_owned(), "1".to_owned()), (HEADER.to_owned(), value.to_owned())]
    }

    #[test]
    fn only_what_a_row_names_reaches_its_vendor_and_the_rest_is_told() {
        for (betas, value, sent, told) in [
            (None, "a, b", Some("a, b"), 0),
            (Some(&["b"][..]), "a, b,c", Some("b"), 2),
            (Some(&["b"][..]), "b", Some("b"), 0),
            (Some(&[][..]), "a,b", None, 2),
            (Some(&["b"][..]), " , ", None, 0),
        ] {
            let (vendor, mut headers) = (vendor(betas), headers(value));
            assert_eq!(refused(&headers, &vendor).len(), told, "{value}");
            leave_out(&mut headers, &vendor);
            let found =
                headers.iter().find(|(name, _)| name == HEADER).map(|(_, value)| value.as_str());
            assert_eq!(found, sent, "{value}");
            assert_eq!(headers[0].0, "x-a");
        }
    }
}
