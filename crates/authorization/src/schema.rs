//! The schema, and its names that decisions need, each parsed once.

use std::sync::LazyLock;

use cedar_policy::{EntityId, EntityTypeName, EntityUid, ParseErrors};

use crate::facts::Action;

/// Raised when the meaning of the same text and schema changes: another reading of `@id`, another bound.
const FORMAT: u32 = 1;

/// The name of the only gateway.
pub(crate) const GATEWAY: &str = "postern";

/// The schema, and the version of Cedar, that policies are validated with.
pub(crate) fn version() -> String {
    let cedar = cedar_policy::get_sdk_version();
    format!("postern-authorization {FORMAT}, cedar {cedar}")
}

/// The names of the schema's types and of its actions.
pub(crate) struct Names {
    pub(crate) consumer: EntityTypeName,
    pub(crate) team: EntityTypeName,
    pub(crate) tenant: EntityTypeName,
    pub(crate) role: EntityTypeName,
    pub(crate) model: EntityTypeName,
    pub(crate) route: EntityTypeName,
    pub(crate) provider: EntityTypeName,
    pub(crate) region: EntityTypeName,
    pub(crate) gateway: EntityUid,
    pub(crate) use_group: EntityUid,
    action: EntityTypeName,
}

static NAMES: LazyLock<Result<Names, String>> =
    LazyLock::new(|| Names::parse().map_err(|errors| errors.to_string()));

impl Names {
    /// All names.
    ///
    /// # Errors
    ///
    /// None: they are constants, which a test parses.
    pub(crate) fn get() -> Result<&'static Self, &'static str> {
        NAMES.as_ref().map_err(String::as_str)
    }

    fn parse() -> Result<Self, ParseErrors> {
        let action: EntityTypeName = "Action".parse()?;
        Ok(Self {
            consumer: "Consumer".parse()?,
            team: "Team".parse()?,
            tenant: "Tenant".parse()?,
            role: "Role".parse()?,
            model: "Model".parse()?,
            route: "Route".parse()?,
            provider: "Provider".parse()?,
            region: "Region".parse()?,
            gateway: uid(&"Gateway".parse()?, GATEWAY),
            use_group: uid(&action, "use"),
            action,
        })
    }

    pub(crate) fn action(&self, action: Action) -> EntityUid {
        uid(&self.action, action.as_str())
    }
}

/// `Type::"id"`.
pub(crate) fn uid(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cedar_policy::Schema;
    use std::collections::BTreeSet;

    #[test]
    fn the_names_are_those_of_the_schema() {
        let (schema, warnings) = Schema::from_cedarschema_str(crate::SCHEMA).unwrap();
        assert_eq!(warnings.map(|warning| warning.to_string()).collect::<Vec<_>>(), [""; 0]);
        let names = Names::get().map_err(str::to_owned).unwrap();
        let declared: BTreeSet<_> = schema.entity_types().map(ToString::to_string).collect();
        let ours = [
            &names.consumer,
            &names.team,
            &names.tenant,
            &names.role,
            &names.model,
            &names.route,
            &names.provider,
            &names.region,
            names.gateway.type_name(),
        ];
        assert_eq!(declared, ours.map(ToString::to_string).into());
        let declared: BTreeSet<_> = schema.actions().map(ToString::to_string).collect();
        let ours = Action::ALL.map(|action| names.action(action)).into_iter();
        let ours: BTreeSet<_> =
            ours.chain([names.use_group.clone()]).map(|action| action.to_string()).collect();
        assert_eq!(declared, ours);
    }
}
