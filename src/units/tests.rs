use super::*;

#[test]
fn every_example_is_of_its_kind() {
    for (name, kind) in KINDS {
        let quantity = parse(kind.example, kind).unwrap_or_else(|mistake| panic!("{name}: {mistake:?}"));
        assert!(quantity.single().is_some(), "{name}");
    }
}
