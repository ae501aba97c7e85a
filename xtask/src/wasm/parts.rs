//! A module in two parts: what puts the first screen on a page, and the rest, which comes while the shopper looks at it. That is a quarter of
//! what a page would have to load until Pay can be pressed.
//!
//! The rest runs in the memory of the first part, calls its functions as imports, and puts its own into the same table. The first part
//! calls those by their places in that table, which are empty until then: the glue lets nothing happen before (`glue.rs`), and a call
//! that came too soon would be a trap, which the element meets as any other.

use super::glue::keep_exports;
use super::nameless;
use super::names::short;
use super::panics::named;
use crate::failure::{Failure, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use walrus::ir::{
    Call, CallIndirect, Const, Instr, InstrSeq, Value, Visitor, VisitorMut, dfs_in_order, dfs_pre_order_mut,
};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind, GlobalKind, ImportedFunction, Module,
    RefType, TableId,
};

/// Where the rest begins, by what is in the functions' names: what runs for the first time when something happens, the shopper comes back,
/// or the page changes a setting. What only these call is of the rest too.
const BEGINS: [&str; 30] = [
    // Whatever happens after the start.
    "<paymentsos_core::flow::Flow>::go_on",
    "<paymentsos_core::trace::write::Line>::input",
    "<paymentsos_checkout::browser::Driver>::carry_on",
    "<paymentsos_checkout::browser::Driver>::press::{closure#1}",
    "<paymentsos_checkout::browser::api::Api>::send::<",
    "<paymentsos_checkout::browser::tabs::Channel>::open::<",
    "<paymentsos_checkout::browser::tabs::Lock>::ask::<",
    "<paymentsos_checkout::browser::hints::Listeners>::new::{closure",
    "<paymentsos_checkout::browser::presses::Presses>::hear::<",
    "paymentsos_checkout::browser::hand_on::focus_anew",
    "paymentsos_checkout::browser::hand_on::then",
    "paymentsos_checkout::panel::leave::",
    "<paymentsos_checkout::panel::Panel>::draw::",
    // What has been begun before.
    "<paymentsos_core::flow::Flow>::ask_now",
    "<paymentsos_core::flow::Flow>::count_from_now",
    "<paymentsos_core::flow::attempt::Attempt>::from_line",
    "<paymentsos_core::flow::attempt::Kept>::from_line",
    "paymentsos_core::flow::returned::sets",
    "paymentsos_core::flow::returned::without_parameters",
    // A component that is there already, as Yew goes on with it.
    "yew::html::component::lifecycle::Stateful>::flush_messages",
    "yew::html::component::lifecycle::Stateful>::props_changed",
    "yew::html::component::lifecycle::feat_csr::PropsUpdateRunner as ",
    "<yew::html::component::lifecycle::UpdateRunner as ",
    "<yew::html::component::lifecycle::DestroyRunner as ",
    // Of screens that no page begins with but one that the shopper comes back to, what is large: of small functions that are the same to
    // the letter, an optimizer leaves one for all screens.
    "paymentsos_checkout::view::failed::advice",
    "paymentsos_checkout::view::link::left",
    "paymentsos_checkout::view::link::qr",
    "paymentsos_checkout::view::pieces::link",
    "paymentsos_checkout::view::redirecting::frame",
    "paymentsos_checkout::view::succeeded::receipt",
];
/// As what the rest imports the first part.
pub(super) const FIRST: &str = "first";

/// A module in two parts.
pub(super) struct Parts {
    pub(super) first: Module,
    pub(super) rest: Module,
}

impl Parts {
    /// Of a module that still has its functions' names, which the parts have no more.
    pub(super) fn of(wasm: &[u8]) -> Result<Parts> {
        let (mut first, mut rest) = (nameless(wasm)?, nameless(wasm)?);
        let mut hasher = DefaultHasher::new();
        hasher.write(wasm);
        let build = hasher.finish();
        make_first(&mut first, build)?;
        make_rest(&mut rest, build)?;
        Ok(Parts { first, rest })
    }

    /// Takes out of the first part's exports what neither its glue, by these words, nor the rest uses, as that is now.
    pub(super) fn keep_exports_for(&mut self, glue: &BTreeSet<&str>, rest: &Module) {
        keep_exports(&mut self.first, |name| glue.contains(name) || rest.imports.find(FIRST, name).is_some());
    }
}

/// The functions of the first part; none of a module that has nothing to divide.
pub(super) fn first(module: &Module) -> Result<Option<BTreeSet<FunctionId>>> {
    let named = named(module);
    if !named.iter().any(|(_, path)| path.contains("yew::")) {
        return Ok(None);
    }
    let mut later = BTreeSet::new();
    for begin in BEGINS {
        let before = later.len();
        later.extend(named.iter().filter(|(_, path)| path.contains(begin)).map(|(id, _)| *id));
        if later.len() == before {
            return Err(Failure(format!(
                "the wasm has nothing of {begin}: it goes by another name than `parts.rs` has"
            )));
        }
    }
    let exported = module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(id) => Some(id),
        _ => None,
    });
    let mut reached = Reached { found: BTreeSet::new(), open: Vec::new(), later };
    for root in exported.chain(module.start).chain(slots(module)?.1.into_values()) {
        reached.note(root);
    }
    while let Some(id) = reached.open.pop() {
        if let FunctionKind::Local(local) = &module.funcs.get(id).kind {
            dfs_in_order(&mut reached, local, local.entry_block());
        }
    }
    Ok(Some(reached.found))
}

struct Reached {
    found: BTreeSet<FunctionId>,
    open: Vec<FunctionId>,
    later: BTreeSet<FunctionId>,
}

impl Reached {
    fn note(&mut self, id: FunctionId) {
        if !self.later.contains(&id) && self.found.insert(id) {
            self.open.push(id);
        }
    }
}

impl Visitor<'_> for Reached {
    fn visit_call(&mut self, call: &Call) {
        self.note(call.func);
    }
}

/// The table of functions, and what is in it.
fn slots(module: &Module) -> Result<(TableId, BTreeMap<i32, FunctionId>)> {
    let mut tables = module.tables.iter().filter(|table| table.element_ty == RefType::FUNCREF);
    let (Some(table), None) = (tables.next(), tables.next()) else {
        return Err(Failure("the wasm has not one table of functions: `parts.rs` divides no other".into()));
    };
    let mut slots = BTreeMap::new();
    for element in module.elements.iter() {
        match (&element.kind, &element.items) {
            (
                ElementKind::Active { table: of, offset: ConstExpr::Value(Value::I32(begin)) },
                ElementItems::Functions(functions),
            ) if *of == table.id() => slots.extend((*begin..).zip(functions.iter().copied())),
            _ => return Err(Failure("the wasm fills its table in a way that `parts.rs` does not know".into())),
        }
    }
    Ok((table.id(), slots))
}

/// The same in both parts, as both are made of the same module.
struct Layout {
    first: BTreeSet<FunctionId>,
    table: TableId,
    slots: BTreeMap<i32, FunctionId>,
    /// By which place the first part calls a function of the rest.
    places: BTreeMap<FunctionId, i32>,
    /// What the rest uses of the first part, and by which name.
    shared: Vec<(ExportItem, String)>,
}

fn layout(module: &Module, build: u64) -> Result<Layout> {
    let first = first(module)?.ok_or_else(|| Failure("the wasm has no parts".into()))?;
    let (table, mut slots) = slots(module)?;
    let mut calls = Calls { from: false, first: &first, of_rest: BTreeSet::new(), of_first: BTreeSet::new() };
    for (id, local) in module.funcs.iter_local() {
        calls.from = first.contains(&id);
        dfs_in_order(&mut calls, local, local.entry_block());
    }
    let Calls { of_rest, of_first, .. } = calls;
    let mut places = BTreeMap::new();
    for id in of_rest {
        let taken = slots.iter().find(|(_, function)| **function == id).map(|(place, _)| *place);
        let next = slots.last_key_value().map_or(0, |(place, _)| place + 1);
        let place = taken.unwrap_or(next);
        slots.insert(place, id);
        places.insert(id, place);
    }
    let items = module.memories.iter().map(|memory| ExportItem::Memory(memory.id()));
    let items = items.chain(module.tables.iter().map(|table| ExportItem::Table(table.id())));
    let items = items.chain(module.globals.iter().map(|global| ExportItem::Global(global.id())));
    let is_local = |id: &FunctionId| matches!(module.funcs.get(*id).kind, FunctionKind::Local(_));
    let items = items.chain(of_first.into_iter().filter(is_local).map(ExportItem::Function));
    let taken: BTreeSet<&str> = module.exports.iter().map(|export| export.name.as_str()).collect();
    let names = (0..).map(short).filter(|name| !taken.contains(name.as_str()));
    // The memory's name says of which build it is: a browser refuses the rest of another.
    let names = [format!("h{build:x}")].into_iter().chain(names);
    Ok(Layout { table, slots, places, shared: items.zip(names).collect(), first })
}

struct Calls<'a> {
    /// The caller is of the first part.
    from: bool,
    first: &'a BTreeSet<FunctionId>,
    of_rest: BTreeSet<FunctionId>,
    of_first: BTreeSet<FunctionId>,
}

impl Visitor<'_> for Calls<'_> {
    fn visit_call(&mut self, call: &Call) {
        match (self.from, self.first.contains(&call.func)) {
            (true, false) => self.of_rest.insert(call.func),
            (false, true) => self.of_first.insert(call.func),
            _ => false,
        };
    }
}

fn make_first(module: &mut Module, build: u64) -> Result<()> {
    let layout = layout(module, build)?;
    let types = layout.places.iter().map(|(id, place)| (*id, (*place, module.funcs.get(*id).ty()))).collect();
    let mut indirect = Indirect { table: layout.table, places: types };
    for (id, local) in module.funcs.iter_local_mut() {
        if layout.first.contains(&id) {
            let begin = local.entry_block();
            dfs_pre_order_mut(&mut indirect, local, begin);
        }
    }
    fill(module, &layout, true);
    let table = module.tables.get_mut(layout.table);
    let size = layout.slots.last_key_value().map_or(0, |(place, _)| *place as u64 + 1).max(table.initial);
    table.initial = size;
    table.maximum = table.maximum.map(|most| most.max(size));
    for (item, name) in &layout.shared {
        module.exports.add(name, *item);
    }
    walrus::passes::gc::run(module);
    Ok(())
}

/// Calls what is of the rest by its place.
struct Indirect {
    table: TableId,
    places: BTreeMap<FunctionId, (i32, walrus::TypeId)>,
}

impl VisitorMut for Indirect {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let mut at = 0;
        while at < sequence.instrs.len() {
            if let Instr::Call(Call { func }) = sequence.instrs[at].0
                && let Some((place, ty)) = self.places.get(&func)
            {
                sequence.instrs[at].0 = Instr::CallIndirect(CallIndirect { ty: *ty, table: self.table });
                let place = Instr::Const(Const { value: Value::I32(*place) });
                sequence.instrs.insert(at, (place, sequence.instrs[at].1));
                at += 1;
            }
            at += 1;
        }
    }
}

fn make_rest(module: &mut Module, build: u64) -> Result<()> {
    let layout = layout(module, build)?;
    fill(module, &layout, false);
    module.start = None;
    keep_exports(module, |_| false);
    for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
        module.data.delete(id);
    }
    for (item, name) in &layout.shared {
        match *item {
            ExportItem::Function(id) => {
                let import = module.imports.add(FIRST, name, id);
                let ty = module.funcs.get(id).ty();
                module.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
            }
            ExportItem::Memory(id) => {
                let import = module.imports.add(FIRST, name, id);
                let memory = module.memories.get_mut(id);
                memory.import = Some(import);
                memory.data_segments.clear();
            }
            ExportItem::Table(id) => {
                let import = module.imports.add(FIRST, name, id);
                module.tables.get_mut(id).import = Some(import);
            }
            ExportItem::Global(id) => {
                let import = module.imports.add(FIRST, name, id);
                module.globals.get_mut(id).kind = GlobalKind::Import(import);
            }
            ExportItem::Tag(_) => {}
        }
    }
    // It is larger there than it was.
    module.tables.get_mut(layout.table).maximum = None;
    walrus::passes::gc::run(module);
    Ok(())
}

/// Puts into the table what is of this part, and nothing else.
fn fill(module: &mut Module, layout: &Layout, is_first: bool) {
    for id in module.elements.iter().map(|element| element.id()).collect::<Vec<_>>() {
        module.elements.delete(id);
    }
    module.tables.get_mut(layout.table).elem_segments.clear();
    let mut runs: Vec<(i32, Vec<FunctionId>)> = Vec::new();
    for (place, id) in layout.slots.iter().filter(|(_, id)| layout.first.contains(id) == is_first) {
        match runs.last_mut() {
            Some((begin, run)) if *begin + run.len() as i32 == *place => run.push(*id),
            _ => runs.push((*place, vec![*id])),
        }
    }
    for (begin, run) in runs {
        let offset = ConstExpr::Value(Value::I32(begin));
        let kind = ElementKind::Active { table: layout.table, offset };
        let id = module.elements.add(kind, ElementItems::Functions(run));
        module.tables.get_mut(layout.table).elem_segments.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, RefType};

    const ROOT: &str = "yew::mount";
    const SHARED: &str = "alloc::alloc";
    const LATER: &str = "shop::only_later";

    /// `mount` is exported, and calls whatever begins the rest; that calls what nobody else does, and what `mount` calls too. The table has
    /// `mount` and one of the rest.
    fn module() -> Module {
        let mut module = Module::default();
        let memory = module.memories.add_local(false, false, 1, None, None);
        module.data.add(
            walrus::DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(1_000)) },
            b"Your payment".to_vec(),
        );
        let mut function = |name: &str, calls: &[FunctionId]| {
            let mut body = FunctionBuilder::new(&mut module.types, &[], &[]);
            for call in calls {
                body.func_body().call(*call);
            }
            let id = body.finish(vec![], &mut module.funcs);
            module.funcs.get_mut(id).name = Some(name.to_owned());
            id
        };
        let (shared, later) = (function(SHARED, &[]), function(LATER, &[]));
        let begins: Vec<FunctionId> =
            BEGINS.iter().map(|name| function(&format!("<{name}>"), &[shared, later])).collect();
        let root = function(ROOT, &[&[shared][..], &begins].concat());
        module.exports.add("mount", root);
        module.exports.add("memory", memory);
        let table = module.tables.add_local(false, 3, Some(3), RefType::FUNCREF);
        let offset = ConstExpr::Value(Value::I32(1));
        let element =
            module.elements.add(ElementKind::Active { table, offset }, ElementItems::Functions(vec![root, begins[0]]));
        module.tables.get_mut(table).elem_segments.insert(element);
        module
    }

    fn parts() -> Parts {
        Parts::of(&module().emit_wasm()).unwrap()
    }

    fn named(module: &Module) -> Vec<&str> {
        let mut names: Vec<&str> =
            module.funcs.iter_local().filter_map(|(id, _)| module.funcs.get(id).name.as_deref()).collect();
        names.sort_unstable();
        names
    }

    fn imports(module: &Module) -> Vec<&str> {
        module.imports.iter().map(|import| import.name.as_str()).collect()
    }

    #[test]
    fn each_function_is_in_one_part() {
        let Parts { first, rest } = parts();
        assert_eq!(named(&first), [SHARED, ROOT]);
        assert_eq!(named(&rest).len(), BEGINS.len() + 1);
        assert!(named(&rest).contains(&LATER));
        assert_eq!((first.data.iter().count(), rest.data.iter().count()), (1, 0));
    }

    #[test]
    fn the_first_part_calls_the_rest_by_places_that_the_rest_fills() {
        let Parts { first, rest } = parts();
        let (table, filled) = slots(&first).unwrap();
        assert_eq!(filled.into_keys().collect::<Vec<_>>(), [1]);
        let root =
            first.funcs.iter_local().find(|(id, _)| first.funcs.get(*id).name.as_deref() == Some(ROOT)).unwrap().1;
        let mut places = Vec::new();
        for (instruction, _) in &root.block(root.entry_block()).instrs {
            match instruction {
                Instr::Const(Const { value: Value::I32(place) }) => places.push(*place),
                Instr::CallIndirect(call) => assert_eq!(call.table, table),
                Instr::Call(call) => assert_eq!(first.funcs.get(call.func).name.as_deref(), Some(SHARED)),
                _ => {}
            }
        }
        places.sort_unstable();
        // One that had a place before has it still.
        let all: Vec<i32> = (2..2 + BEGINS.len() as i32).collect();
        assert_eq!(places, all);
        assert_eq!(slots(&rest).unwrap().1.into_keys().collect::<Vec<_>>(), all);
        assert_eq!(first.tables.get(table).initial, 2 + BEGINS.len() as u64);
    }

    #[test]
    fn the_rest_takes_what_it_needs_from_the_first_part_and_no_export_is_left_that_nobody_needs() {
        let mut parts = parts();
        assert!(parts.rest.imports.iter().all(|import| import.module == FIRST));
        let wanted: Vec<String> = imports(&parts.rest).into_iter().map(str::to_owned).collect();
        // The table and what is shared. Nothing of the rest touches the memory, which has the build's name.
        assert_eq!(wanted.len(), 2, "{wanted:?}");
        let glue = BTreeSet::from(["mount"]);
        let rest = std::mem::take(&mut parts.rest);
        parts.keep_exports_for(&glue, &rest);
        let exports: BTreeSet<&str> = parts.first.exports.iter().map(|export| export.name.as_str()).collect();
        assert!(exports.contains("mount") && !exports.contains("memory"), "{exports:?}");
        assert_eq!(exports.len(), 3, "{exports:?}");
    }

    #[test]
    fn every_beginning_of_the_rest_has_to_be_there_or_none() {
        let mut module = module();
        assert!(first(&module).unwrap().is_some());
        let one =
            module.funcs.iter().find(|function| function.name.as_deref().is_some_and(|name| name.contains("go_on")));
        let one = one.unwrap().id();
        module.funcs.get_mut(one).name = None;
        assert!(first(&module).unwrap_err().to_string().contains("go_on"));
        let ids: Vec<FunctionId> = module.funcs.iter().map(|function| function.id()).collect();
        for id in ids {
            module.funcs.get_mut(id).name = Some("qr::draw".into());
        }
        assert!(first(&module).unwrap().is_none());
    }
}
