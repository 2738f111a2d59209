//! Regional endpoints: a vendor's default base URL stands for the endpoint of the configured region.

/// The host for a region of Bedrock (<https://docs.aws.amazon.com/general/latest/gr/bedrock.html>). Other hosts, such
/// as a proxy's, stay unchanged.
pub fn of_aws(authority: &str, service: &str, region: &str) -> String {
    let beginning = format!("{service}-runtime.");
    let regional = authority
        .strip_prefix(&beginning)
        .and_then(|rest| rest.strip_suffix(".amazonaws.com"))
        .is_some_and(|of| !of.contains('.') && of != region);
    if regional { format!("{beginning}{region}.amazonaws.com") } else { authority.to_owned() }
}

/// The host for a location of Vertex AI (<https://cloud.google.com/vertex-ai/docs/reference/rest#rest_endpoints>),
/// which `path` names. The global location has no prefix.
pub fn of_google(authority: &str, path: &str) -> String {
    let location = path.split_once("/locations/").and_then(|(_, rest)| rest.split('/').next());
    match location {
        Some(location) if authority == "aiplatform.googleapis.com" && location != "global" => {
            format!("{location}-{authority}")
        }
        _ => authority.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_own_host_becomes_that_of_the_region() {
        let default = "bedrock-runtime.us-east-1.amazonaws.com";
        assert_eq!(
            of_aws(default, "bedrock", "eu-west-1"),
            "bedrock-runtime.eu-west-1.amazonaws.com"
        );
        let path = "/v1/projects/p/locations/europe-west4/publishers/google";
        assert_eq!(
            of_google("aiplatform.googleapis.com", path),
            "europe-west4-aiplatform.googleapis.com"
        );
    }

    #[test]
    fn any_other_host_stays() {
        for other in ["127.0.0.1:8080", "proxy.example", "bedrock-runtime.a.b.amazonaws.com"] {
            assert_eq!(of_aws(other, "bedrock", "eu-west-1"), other);
            assert_eq!(of_google(other, "/locations/eu"), other);
        }
        let global = "/v1/projects/p/locations/global/publishers/google";
        assert_eq!(of_google("aiplatform.googleapis.com", global), "aiplatform.googleapis.com");
    }
}
