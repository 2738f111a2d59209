//! Components as bytes: what they import, and how to make one that imports more.

use wasm_encoder::{
    ComponentImportSection, ComponentSection, ComponentTypeRef,
    ComponentTypeSection, InstanceType, TypeBounds,
};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// The names of all that a component imports.
///
/// # Panics
///
/// When the bytes are no component.
#[must_use]
pub fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a component") {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            // What is inside imports from what is around it.
            Payload::ComponentImportSection(section) if depth == 1 => {
                let imports = section.into_iter().map(|import| import.expect("an import"));
                names.extend(imports.map(|import| import.name.name.to_owned()));
            }
            _ => {}
        }
    }
    names
}

/// The same component, but that it also imports `resource` of `interface`: it works as before, and asks for more.
///
/// # Panics
///
/// When the bytes are no component.
#[must_use]
pub fn with_import(component: &[u8], interface: &str, resource: &str) -> Vec<u8> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let types = validator.validate_all(component).expect("a valid component");
    let next_type = types.as_ref().component_type_count();
    let mut wanted = InstanceType::new();
    wanted.export(resource, ComponentTypeRef::Type(TypeBounds::SubResource));
    let mut section = ComponentTypeSection::new();
    section.instance(&wanted);
    let mut imports = ComponentImportSection::new();
    imports.import(interface, ComponentTypeRef::Instance(next_type));
    let mut more = component.to_vec();
    section.append_to_component(&mut more);
    imports.append_to_component(&mut more);
    more
}
