//! Which deployments serve a request, and in which order.
//!
//! Pure: the catalogue, the caller's patterns and the request go in, deployments come out.

use postern_fault::{Fault, Kind, shown};
use postern_policy::{Capability, Catalogue, Deployment, Model, ModelPattern, Named};
use std::sync::Arc;

/// The models that a caller may request, and the regions its requests may go to.
#[derive(Debug, Clone)]
pub struct Allowed<'c> {
    models: Vec<ModelPattern>,
    /// None: any.
    regions: Option<&'c [String]>,
}

impl<'c> Allowed<'c> {
    /// From the patterns as written; an invalid pattern allows nothing.
    pub fn new<T: AsRef<str>>(patterns: &[T], regions: Option<&'c [String]>) -> Self {
        let patterns = patterns.iter().filter_map(|text| ModelPattern::parse(text.as_ref()));
        Allowed { models: patterns.collect(), regions }
    }

    fn allows(&self, name: &str) -> bool {
        self.models.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether a request may go there. A provider without a region in policy is in no region of a caller.
    fn reaches(&self, deployment: &Deployment) -> bool {
        let Some(regions) = self.regions else { return true };
        let region = deployment.provider.region.as_ref();
        region.is_some_and(|region| regions.contains(region))
    }
}

/// A deployment that may serve, and its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Choice<'c> {
    pub model: &'c Model,
    pub deployment: &'c Deployment,
}

/// The deployments that serve `name`, in the order they are tried; never empty.
///
/// A model must have one capability of `any_of`, and all of `needs`. A model's deployments are in the order of
/// `models.toml`; an alias has those of its models, one after the other.
///
/// # Errors
///
/// `model-not-found` for a name that does not exist or is not allowed (the caller cannot distinguish the two),
/// `invalid-request` for a model that lacks a capability, `forbidden` for one outside the caller's regions.
pub fn choose<'c>(
    catalogue: &'c Catalogue,
    name: &str,
    allowed: &Allowed<'_>,
    any_of: &[Capability],
    needs: &[Capability],
) -> Result<Vec<Choice<'c>>, Fault> {
    let named = catalogue.named(name).filter(|_| allowed.allows(name));
    let models: &[Arc<Model>] = match named {
        Some(Named::Model(model)) => std::slice::from_ref(model),
        Some(Named::Route(route)) => &route.models,
        None => return Err(not_found(name)),
    };
    let serve = models.iter().filter(|model| any_of.iter().any(|one| model.can(*one)));
    let serve: Vec<_> = serve.collect();
    if serve.is_empty() {
        let words: Vec<_> = any_of.iter().map(|capability| capability.as_str()).collect();
        let public = format!("the model `{name}` does not offer {}", words.join(" or "));
        return Err(Fault::invalid_request("model", public).with_code("unsupported_operation"));
    }
    let able = serve.iter().filter(|model| needs.iter().all(|need| model.can(*need)));
    let mut deployments: Vec<_> = able.flat_map(|model| choices_of(model)).collect();
    if deployments.is_empty() {
        return Err(lacking(name, &serve, needs));
    }
    deployments.retain(|choice| allowed.reaches(choice.deployment));
    match allowed.regions {
        Some(regions) if deployments.is_empty() => Err(out_of_reach(name, regions)),
        _ => Ok(deployments),
    }
}

/// No model has all needed capabilities: those that none has, or those that no single one has together.
fn lacking(name: &str, models: &[&Arc<Model>], needs: &[Capability]) -> Fault {
    let has = |need: &Capability| models.iter().any(|model| model.can(*need));
    let mut lacked: Vec<_> = needs.iter().filter(|need| !has(need)).collect();
    if lacked.is_empty() {
        lacked.extend(needs);
    }
    let words: Vec<_> =
        lacked.iter().map(|capability| format!("`{}`", capability.as_str())).collect();
    let public = format!(
        "the model `{name}` does not have what this request needs ({}): ask another model, or leave that out",
        words.join(", ")
    );
    Fault::invalid_request("model", public).with_code("unsupported_capability")
}

fn choices_of(model: &Model) -> impl Iterator<Item = Choice<'_>> {
    model.deployments.iter().map(move |deployment| Choice { model, deployment })
}

/// A name that can be requested, and its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<'c> {
    /// The model or alias.
    pub name: &'c str,
    /// Its owner; for an alias that of its first model.
    pub owned_by: &'c str,
    /// The model itself, or those of the alias.
    pub models: &'c [Arc<Model>],
}

impl<'c> Listed<'c> {
    /// Its deployments that a request may go to.
    pub fn choices(&self, allowed: &Allowed<'_>) -> impl Iterator<Item = Choice<'c>> {
        let all = self.models.iter().flat_map(|model| choices_of(model));
        all.filter(|choice| allowed.reaches(choice.deployment))
    }
}

/// Every model and alias that may be requested, by name.
pub fn list<'c>(catalogue: &'c Catalogue, allowed: &Allowed<'_>) -> Vec<Listed<'c>> {
    let models = catalogue.models().map(|model| Listed {
        name: &model.name,
        owned_by: &model.owned_by,
        models: std::slice::from_ref(model),
    });
    let routes = catalogue.routes().map(|route| Listed {
        name: &route.alias,
        owned_by: route.models.first().map_or("", |model| &model.owned_by),
        models: &route.models,
    });
    let mut all: Vec<_> =
        models.chain(routes).filter(|listed| allowed.allows(listed.name)).collect();
    all.retain(|listed| listed.choices(allowed).next().is_some());
    all.sort_by_key(|listed| listed.name);
    all
}

fn out_of_reach(name: &str, regions: &[String]) -> Fault {
    let public = format!(
        "the model `{}` is not served in a region that your requests may go to ({})",
        shown(name),
        shown(&regions.join(", "))
    );
    Fault { param: Some("model".to_owned()), ..Fault::new(Kind::Forbidden, public) }
        .with_code("region_not_allowed")
}

fn not_found(name: &str) -> Fault {
    let public = format!("the model `{}` does not exist or you may not use it", shown(name));
    Fault { param: Some("model".to_owned()), ..Fault::new(Kind::ModelNotFound, public) }
        .with_code("model_not_found")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODELS: &str = r#"
[[provider]]
name = "a"
dialect = "openai"
base_url = "https://a.example"
[[provider]]
name = "b"
dialect = "openai"
base_url = "https://b.example"
region = "eu"
[[model]]
name = "small"
capabilities = ["chat"]
[[model.deployment]]
provider = "b"
upstream_model = "small-b"
[[model.deployment]]
provider = "a"
upstream_model = "small-a"
[[model]]
name = "large"
capabilities = ["chat"]
owned_by = "someone"
[[model.deployment]]
provider = "a"
upstream_model = "large-a"
[[model]]
name = "vectors"
capabilities = ["embeddings"]
[[model.deployment]]
provider = "a"
upstream_model = "vectors-a"
"#;
    const ROUTES: &str = r#"
[[route]]
alias = "best"
strategy = "ordered"
models = ["large", "small"]
"#;

    fn catalogue() -> Catalogue {
        Catalogue::from_toml(MODELS, Some(ROUTES)).unwrap()
    }

    fn chosen(name: &str, patterns: &[&str], capability: Capability) -> Result<Vec<String>, Fault> {
        let catalogue = catalogue();
        let allowed = Allowed::new(patterns, None);
        let choices = choose(&catalogue, name, &allowed, &[capability], &[])?;
        Ok(choices.iter().map(|choice| choice.deployment.upstream_model.clone()).collect())
    }

    #[test]
    fn tries_a_models_deployments_in_the_order_of_the_policy() {
        assert_eq!(chosen("small", &["*"], Capability::Chat).unwrap(), ["small-b", "small-a"]);
    }

    #[test]
    fn tries_an_aliass_models_one_after_the_other() {
        assert_eq!(
            chosen("best", &["best"], Capability::Chat).unwrap(),
            ["large-a", "small-b", "small-a"]
        );
    }

    #[test]
    fn says_the_same_of_what_is_not_there_and_what_is_not_allowed() {
        let absent = chosen("none", &["*"], Capability::Chat).unwrap_err();
        let hidden = chosen("large", &["small"], Capability::Chat).unwrap_err();
        assert_eq!(absent.public.replace("none", "large"), hidden.public);
        assert_eq!((absent.kind, absent.code), (hidden.kind, hidden.code));
    }

    #[test]
    fn refuses_a_model_that_does_not_do_what_is_asked() {
        let fault = chosen("vectors", &["*"], Capability::Chat).unwrap_err();
        assert_eq!(fault.kind, Kind::InvalidRequest);
        assert_eq!(fault.param.as_deref(), Some("model"));
    }

    #[test]
    fn a_model_serves_only_what_it_is_declared_to_be_able_to() {
        use Capability::{Audio, Chat, Files, Tools, Vision};
        let declared = MODELS
            .replacen(r#"["chat"]"#, r#"["chat", "tools", "vision"]"#, 1)
            .replacen(r#"["chat"]"#, r#"["chat", "tools", "audio"]"#, 1);
        let catalogue = Catalogue::from_toml(&declared, Some(ROUTES)).unwrap();
        let allowed = Allowed::new(&["*"], None);
        let served = |name, needs: &[Capability]| {
            let choices = choose(&catalogue, name, &allowed, &[Chat], needs)?;
            Ok(choices.iter().map(|choice| choice.model.name.clone()).collect::<Vec<_>>())
        };
        for (name, needs, models) in [
            ("small", &[][..], &["small", "small"][..]),
            ("small", &[Tools, Vision], &["small", "small"]),
            ("best", &[Tools], &["large", "small", "small"]),
            ("best", &[Tools, Vision], &["small", "small"]),
            ("best", &[Audio], &["large"]),
        ] {
            assert_eq!(served(name, needs).unwrap(), models, "{name} {needs:?}");
        }
        for (name, needs, lacked) in [
            ("small", &[Audio][..], &["`audio`"][..]),
            ("small", &[Tools, Audio], &["`audio`"]),
            ("best", &[Files, Tools], &["`files`"]),
            // Each has one of them.
            ("best", &[Vision, Audio], &["`vision`", "`audio`"]),
        ] {
            let fault: Fault = served(name, needs).unwrap_err();
            assert_eq!(fault.kind, Kind::InvalidRequest);
            assert_eq!(fault.code.as_deref(), Some("unsupported_capability"));
            assert!(fault.public.contains(&format!("`{name}`")), "{fault}");
            let list = format!("({})", lacked.join(", "));
            assert!(fault.public.contains(&list), "{fault}");
        }
    }

    #[test]
    fn lists_what_may_be_asked_for_and_nothing_else() {
        let catalogue = catalogue();
        let names = |patterns: &[&str]| -> Vec<String> {
            let listed = list(&catalogue, &Allowed::new(patterns, None));
            listed.iter().map(|listed| format!("{} {}", listed.name, listed.owned_by)).collect()
        };
        assert_eq!(names(&["*"]), ["best someone", "large someone", "small b", "vectors a"]);
        assert_eq!(names(&["s*", "vectors"]), ["small b", "vectors a"]);
        assert!(names(&[]).is_empty());
    }

    #[test]
    fn sends_nothing_to_another_region_than_the_callers() {
        let catalogue = catalogue();
        let eu = ["eu".to_owned()];
        let allowed = Allowed::new(&["*"], Some(&eu));
        let choose = |name| choose(&catalogue, name, &allowed, &[Capability::Chat], &[]);
        let small = choose("small").unwrap();
        assert_eq!(small.len(), 1);
        assert_eq!(small[0].deployment.upstream_model, "small-b");
        let fault = choose("large").unwrap_err();
        assert_eq!(
            (fault.kind, fault.code.as_deref()),
            (Kind::Forbidden, Some("region_not_allowed"))
        );
        assert!(
            fault.public.contains("`large`") && fault.public.contains("(eu)"),
            "{}",
            fault.public
        );
        let listed: Vec<_> = list(&catalogue, &allowed).iter().map(|listed| listed.name).collect();
        assert_eq!(listed, ["best", "small"]);
        let nowhere = Allowed::new(&["*"], Some(&[]));
        assert!(list(&catalogue, &nowhere).is_empty());
    }
}
