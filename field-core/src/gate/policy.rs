//! Step 5, first half: every operation of a change is an edit that its author may make. The
//! operations are looked at, not their effect: a losing write or a stale delete has no effect and
//! would still be in the document forever.

use automerge::{Change, ExpandedChange, ScalarValue, legacy};

use super::Refusal;
use crate::inspection::{Author, Container, Containers, Edit, Facts, Put};
use crate::moment::Moment;

/// Reads the operations of `change` as edits of `author`, or says which is none.
pub(super) fn police(
    expanded: &ExpandedChange,
    author: &Author,
    containers: &Containers,
    facts: &Facts,
) -> Result<Vec<Edit>, Refusal> {
    let moment = expanded.message.as_deref().and_then(Moment::from_line);
    if moment.is_none() {
        return Err(Refusal::Forbidden(
            "it does not say when it was made".into(),
        ));
    }
    if !expanded.extra_bytes.is_empty() || expanded.author.is_some() {
        return Err(Refusal::Forbidden(
            "it carries bytes of unknown meaning".into(),
        ));
    }
    expanded
        .operations
        .iter()
        .map(|operation| edit(operation, author, containers, facts))
        .collect()
}

fn edit(
    operation: &legacy::Op,
    author: &Author,
    containers: &Containers,
    facts: &Facts,
) -> Result<Edit, Refusal> {
    let forbidden = |what: &str| Refusal::Forbidden(what.to_owned());
    let legacy::ObjectId::Id(object) = &operation.obj else {
        return Err(forbidden("it writes into the root of the document"));
    };
    let container: Container = containers
        .by_operation(object.counter(), object.actor())
        .ok_or_else(|| forbidden("it writes outside the containers"))?;
    let legacy::Key::Map(key) = &operation.key else {
        return Err(forbidden("it writes into a list"));
    };
    if operation.insert {
        return Err(forbidden("it inserts"));
    }
    let legacy::OpType::Put(ScalarValue::Str(value)) = &operation.action else {
        return Err(forbidden("it does something other than setting a text"));
    };
    let put = Put {
        container,
        key: key.to_string(),
        value: value.to_string(),
    };
    let edit = Edit::from_put(&put, author).map_err(|error| forbidden(&error.to_string()))?;
    edit.check(author, facts)
        .map_err(|error| forbidden(&error.to_string()))?;
    Ok(edit)
}

/// Step 3, second half: there is one way to write a change.
pub(super) fn is_canonical(change: &Change, expanded: &ExpandedChange) -> bool {
    Change::from(expanded.clone()).hash() == change.hash()
}
