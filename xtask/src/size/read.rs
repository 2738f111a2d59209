//! What an instance of a component takes of a runtime's pools, read from its file.

use anyhow::{Context, Result};
use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, Encoding, Instance, Parser, Payload,
};

/// The size of a page of memory, unless the memory says another.
const PAGE_LOG2: u32 = 16;

/// What one instance takes. What it imports belongs to others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Size {
    /// The bytes that each memory has at the start.
    pub memories: Vec<u64>,
    /// The elements that each table has at the start.
    pub tables: Vec<u64>,
    /// Instances of core modules, without those by which a runtime joins components.
    pub core_instances: usize,
}

impl Size {
    /// The size of a component.
    ///
    /// # Errors
    /// If this is no component.
    pub fn of(component: &[u8]) -> Result<Self> {
        let mut open: Vec<Frame> = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::Version { encoding, .. } => open.push(Frame::new(encoding)),
                Payload::End(_) => {
                    let closed = open.pop().context("it ends twice")?;
                    match open.last_mut() {
                        Some(outer) => outer.add(closed),
                        None if closed.encoding == Encoding::Component => return Ok(closed.size),
                        None => break,
                    }
                }
                payload => read(payload, &mut open)?,
            }
        }
        anyhow::bail!("it is a core module or cut short, and no component")
    }

    /// The largest memory at the start: what a runtime maps for each instance, or copies.
    pub fn image(&self) -> u64 {
        self.memories.iter().copied().max().unwrap_or(0)
    }

    pub fn add(&mut self, other: &Self) {
        self.memories.extend(&other.memories);
        self.tables.extend(&other.tables);
        self.core_instances += other.core_instances;
    }
}

/// A module or component that is being read.
struct Frame {
    encoding: Encoding,
    size: Size,
    /// The index spaces of a component: what an instance of each takes; of what is imported, nothing.
    modules: Vec<Size>,
    components: Vec<Size>,
}

impl Frame {
    fn new(encoding: Encoding) -> Self {
        let core_instances = usize::from(encoding == Encoding::Module);
        let size = Size { core_instances, ..Size::default() };
        Self { encoding, size, modules: Vec::new(), components: Vec::new() }
    }

    fn add(&mut self, inner: Self) {
        match inner.encoding {
            Encoding::Module => self.modules.push(inner.size),
            Encoding::Component => self.components.push(inner.size),
        }
    }
}

fn read(payload: Payload, open: &mut [Frame]) -> Result<()> {
    let frame = open.last_mut().context("it has no beginning")?;
    match payload {
        Payload::MemorySection(memories) => {
            for memory in memories {
                let memory = memory?;
                let page_log2 = memory.page_size_log2.unwrap_or(PAGE_LOG2);
                frame.size.memories.push(memory.initial << page_log2);
            }
        }
        Payload::TableSection(tables) => {
            for table in tables {
                frame.size.tables.push(table?.ty.initial);
            }
        }
        Payload::InstanceSection(instances) => {
            for instance in instances {
                if let Instance::Instantiate { module_index, .. } = instance? {
                    let module = found(&frame.modules, module_index)?;
                    frame.size.add(&module);
                }
            }
        }
        Payload::ComponentInstanceSection(instances) => {
            for instance in instances {
                if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                    let component = found(&frame.components, component_index)?;
                    frame.size.add(&component);
                }
            }
        }
        payload => read_indices(payload, open)?,
    }
    Ok(())
}

/// What adds to the index spaces of modules and components without being one.
fn read_indices(payload: Payload, open: &mut [Frame]) -> Result<()> {
    match payload {
        Payload::ComponentImportSection(imports) => {
            for import in imports {
                let kind = match import?.ty {
                    ComponentTypeRef::Module(_) => ComponentExternalKind::Module,
                    ComponentTypeRef::Component(_) => ComponentExternalKind::Component,
                    _ => continue,
                };
                add_index(open, kind, Size::default())?;
            }
        }
        Payload::ComponentExportSection(exports) => {
            for export in exports {
                let export = export?;
                let frame = open.last().context("it has no beginning")?;
                let size = match export.kind {
                    ComponentExternalKind::Module => found(&frame.modules, export.index)?,
                    ComponentExternalKind::Component => found(&frame.components, export.index)?,
                    _ => continue,
                };
                add_index(open, export.kind, size)?;
            }
        }
        Payload::ComponentAliasSection(aliases) => {
            for alias in aliases {
                add_alias(&alias?, open)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn add_alias(alias: &ComponentAlias, open: &mut [Frame]) -> Result<()> {
    let (kind, size) = match *alias {
        ComponentAlias::InstanceExport { kind, .. } => (kind, Size::default()),
        ComponentAlias::CoreInstanceExport { .. } => return Ok(()),
        ComponentAlias::Outer { kind, count, index } => {
            let from = open.iter().rev().nth(count as usize);
            let from = from.context("it names what is outside of it")?;
            match kind {
                ComponentOuterAliasKind::CoreModule => {
                    (ComponentExternalKind::Module, found(&from.modules, index)?)
                }
                ComponentOuterAliasKind::Component => {
                    (ComponentExternalKind::Component, found(&from.components, index)?)
                }
                _ => return Ok(()),
            }
        }
    };
    add_index(open, kind, size)
}

fn add_index(open: &mut [Frame], kind: ComponentExternalKind, size: Size) -> Result<()> {
    let frame = open.last_mut().context("it has no beginning")?;
    match kind {
        ComponentExternalKind::Module => frame.modules.push(size),
        ComponentExternalKind::Component => frame.components.push(size),
        _ => {}
    }
    Ok(())
}

fn found(sizes: &[Size], index: u32) -> Result<Size> {
    sizes.get(index as usize).cloned().with_context(|| format!("it has nothing with index {index}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Result<Size> {
        Size::of(&wat::parse_str(text).unwrap())
    }

    #[test]
    fn counts_what_is_instantiated_as_often_as_it_is() {
        let text = r#"(component
            (core module $twice (memory 3) (table 5 funcref) (table 1 funcref))
            (core module $never (memory 100))
            (core instance (instantiate $twice))
            (core instance (instantiate $twice)))"#;
        let found = size(text).unwrap();
        assert_eq!(found.memories, [3 << 16, 3 << 16]);
        assert_eq!(found.tables, [5, 1, 5, 1]);
        assert_eq!((found.core_instances, found.image()), (2, 3 << 16));
    }

    #[test]
    fn counts_components_within_and_what_they_take_from_outside() {
        let found = size(
            r#"(component $all
                (core module $outside (memory 2))
                (component $inner
                    (alias outer $all $outside (core module $own))
                    (core module $table (table 7 funcref))
                    (core instance (instantiate $own))
                    (core instance (instantiate $table)))
                (instance (instantiate $inner))
                (instance (instantiate $inner)))"#,
        );
        let found = found.unwrap();
        assert_eq!(found.memories, [2 << 16, 2 << 16]);
        assert_eq!((found.tables, found.core_instances), (vec![7, 7], 4));
    }

    #[test]
    fn counts_nothing_that_is_imported() {
        let found = size(
            r#"(component
                (import "m" (core module $m))
                (core module $own (import "e" "t" (table 9 funcref)) (memory 1))
                (core module $host (table (export "t") 9 funcref))
                (core instance (instantiate $m))
                (core instance $e (instantiate $host))
                (core instance (instantiate $own (with "e" (instance $e)))))"#,
        );
        let found = found.unwrap();
        assert_eq!((found.memories, found.tables), (vec![1 << 16], vec![9]));
    }

    #[test]
    fn refuses_what_is_no_component() {
        for (bytes, why) in [
            (wat::parse_str("(module (memory 1))").unwrap(), "a core module"),
            (b"nonsense".to_vec(), "bytes of something else"),
            (Vec::new(), "no bytes"),
        ] {
            assert!(Size::of(&bytes).is_err(), "{why}");
        }
    }
}
