//! Components as bytes: their imports, and how to add one.

use wasm_encoder::{
    ComponentImportSection, ComponentSection, ComponentSectionId, ComponentTypeRef, RawSection,
};
use wasmparser::component_types::ComponentEntityType;
use wasmparser::types::TypesRef;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// The interfaces of which a component imports a function: methods and constructors are functions, types are not, since
/// they alone permit nothing.
///
/// # Panics
///
/// When the bytes are no component.
#[must_use]
pub fn imports(component: &[u8]) -> Vec<String> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let types = validator.validate_all(component).expect("a valid component");
    let types = types.as_ref();
    names(component).into_iter().filter(|name| holds_a_function(&types, name)).collect()
}

fn holds_a_function(types: &TypesRef<'_>, import: &str) -> bool {
    match types.component_item_for_import(import).map(|item| item.ty) {
        Some(ComponentEntityType::Instance(instance)) => {
            let mut exports = types[instance].exports.values();
            exports.any(|item| matches!(item.ty, ComponentEntityType::Func(_)))
        }
        Some(ComponentEntityType::Func(_)) => true,
        _ => false,
    }
}

/// The names of all imports of a component.
fn names(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a component") {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            // Inner components import from outer ones.
            Payload::ComponentImportSection(section) if depth == 1 => {
                let imports = section.into_iter().map(|import| import.expect("an import"));
                names.extend(imports.map(|import| import.name.name.to_owned()));
            }
            _ => {}
        }
    }
    names
}

/// The same component with `interface` as an additional import: it works as before, and requires more. The import is
/// the type of an instance, the only one in the component that `instance_wat` defines.
///
/// # Panics
///
/// When one of them is no component.
#[must_use]
pub fn with_import(component: &[u8], interface: &str, instance_wat: &str) -> Vec<u8> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let types = validator.validate_all(component).expect("a valid component");
    let next_type = types.as_ref().component_type_count();
    let instance = wat::parse_str(instance_wat).expect("WAT");
    let mut more = component.to_vec();
    let section = RawSection { id: ComponentSectionId::Type.into(), data: type_section(&instance) };
    section.append_to_component(&mut more);
    let mut imports = ComponentImportSection::new();
    imports.import(interface, ComponentTypeRef::Instance(next_type));
    imports.append_to_component(&mut more);
    validator.reset();
    validator.validate_all(&more).expect("still a valid component");
    more
}

fn type_section(component: &[u8]) -> &[u8] {
    let payloads = Parser::new(0).parse_all(component).map(|payload| payload.expect("a component"));
    let mut sections = payloads.filter_map(|payload| match payload {
        Payload::ComponentTypeSection(section) => Some(section.range()),
        _ => None,
    });
    let section = sections.next().expect("a type");
    let offset = |at: u64| usize::try_from(at).expect("an offset in memory");
    &component[offset(section.start)..offset(section.end)]
}
