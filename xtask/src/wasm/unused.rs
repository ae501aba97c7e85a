//! Parts of Yew that the element has no use for, and that no linker can know of, as Yew's own code names them. In the published module they
//! are bare traps, and what only they use is gone: 20 kB, or 6 once compressed. A view that begins to use one of them breaks every journey.

use super::panics::named;
use crate::failure::{Failure, Result};
use walrus::{FunctionId, Module};

/// The element makes nothing of these types, so that nothing runs whose name they are in.
const TYPES: [&str; 10] = [
    // Nodes other than elements, texts and lists of them: the one component is the root, which is no node.
    "yew::virtual_dom::vcomp::VComp",
    "yew::virtual_dom::vportal::VPortal",
    "yew::virtual_dom::vraw::VRaw",
    "yew::virtual_dom::vsuspense::VSuspense",
    "yew::dom_bundle::braw::",
    "yew::dom_bundle::bsuspense::",
    // What a component waits in for data.
    "yew::suspense::component::feat_csr_ssr::BaseSuspense",
    // A list whose children all have keys: the only key is a body's, beside a header that has none.
    "yew::dom_bundle::blist::KeyedEntry",
    // Attributes as maps: an element has those of its name (`src/view/tags.rs`), in a table.
    "(&str, &yew::virtual_dom::AttributeOrProperty)",
    "indexmap::",
];

/// What else never runs, and where a name ends in `<`, all that begin so.
const FUNCTIONS: [&str; 10] = [
    // Listeners: one around the whole view hears all (`src/browser/presses.rs`).
    "<yew::dom_bundle::btag::listeners::ListenerRegistration>::register",
    "<yew::dom_bundle::btag::listeners::Registry>::unregister",
    "<yew::dom_bundle::subtree_root::BSubtree>::ensure_handled",
    "<yew::dom_bundle::subtree_root::EventDescriptor as core::clone::Clone>::clone",
    "<yew::dom_bundle::subtree_root::SubtreeData>::add_listener",
    "<yew::dom_bundle::subtree_root::SubtreeData>::add_listener::{closure#0}",
    // Lists with keys, and components, are all that is moved.
    "<yew::dom_bundle::bnode::BNode as yew::dom_bundle::traits::ReconcileTarget>::shift",
    "<alloc::vec::Vec<yew::virtual_dom::vnode::VNode>>::drain::<",
    // A view is made anew each time, and used once.
    "<yew::virtual_dom::vnode::VNode as core::clone::Clone>::clone",
    // What makes room in a map where much was taken out: Yew's two, of tags and of trees, are only added to.
    "<hashbrown::raw::RawTableInner>::rehash_in_place",
];

/// A module without Yew has none of them; of one with it, all have to be there.
pub(super) fn ways_in(module: &Module) -> Result<Vec<FunctionId>> {
    let named = named(module);
    if !named.iter().any(|(_, path)| path.contains("yew::")) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (wanted, is_meant) in
        TYPES.map(|name| (name, mentions as Meant)).into_iter().chain(FUNCTIONS.map(|name| (name, is as Meant)))
    {
        let before = found.len();
        found.extend(named.iter().filter(|(_, path)| is_meant(path, wanted)).map(|(id, _)| *id));
        if found.len() == before {
            return Err(Failure(format!(
                "the wasm has nothing of {wanted}: Yew's parts go by other names than `unused.rs` has"
            )));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

type Meant = fn(&str, &str) -> bool;

fn mentions(path: &str, name: &str) -> bool {
    path.contains(name)
}

fn is(path: &str, name: &str) -> bool {
    path == name || name.ends_with('<') && path.starts_with(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module;

    fn all() -> Vec<String> {
        let types = TYPES.iter().map(|name| format!("core::ptr::drop_in_place::<{name}>"));
        types.chain(FUNCTIONS.iter().map(|name| name.replace(">::drain::<", ">::drain::<usize>"))).collect()
    }

    fn found(names: &[String]) -> Result<usize> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        ways_in(&module(&names)).map(|ids| ids.len())
    }

    #[test]
    fn all_ways_in_have_to_be_there_or_none() {
        assert_eq!(found(&["qr::draw".into()]).unwrap(), 0);
        let mut names = all();
        let wanted = names.len();
        names.push("<yew::virtual_dom::vtag::VTag as yew::dom_bundle::traits::Reconcilable>::attach".into());
        assert_eq!(found(&names).unwrap(), wanted);
        names.retain(|name| !name.contains("VSuspense"));
        assert!(found(&names).unwrap_err().to_string().contains("VSuspense"));
    }

    #[test]
    fn hashes_and_numbers_in_names_do_not_matter() {
        let names = all().into_iter().map(|name| name.replacen("yew::", "yew[9214dfefb0c18b16]::", 2) + ".17");
        assert_eq!(found(&names.collect::<Vec<_>>()).unwrap(), all().len());
    }
}
