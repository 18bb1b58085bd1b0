//! Classes of two sources, one to learn from and one to be measured on: they are the same where their names are.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{DataError, Source};

/// Classes that a sentence names of each source.
const NAMED: usize = 5;

/// For each class of `theirs` its number among `ours`, by name; a class of theirs alone gets a number beyond ours, so that
/// nobody ever tells it right.
#[must_use]
pub fn same_classes(ours: &[String], theirs: &[String]) -> Vec<usize> {
    // Of two classes of one name the first counts: the last of a map's equal keys stays.
    let numbers: HashMap<&String, usize> = ours.iter().enumerate().rev().map(|(index, name)| (name, index)).collect();
    let number = |(index, name): (usize, &String)| numbers.get(name).copied().unwrap_or(ours.len() + index);
    theirs.iter().enumerate().map(number).collect()
}

/// A sentence where some pictures to measure on are of classes that no picture to learn from has; `None` where there are
/// none, and where one of the two has no classes at all.
///
/// # Errors
/// [`DataError::OtherClasses`] where that is so of all of them: nothing could be told right.
pub fn unlearnt_classes(learnt: &dyn Source, measured: &dyn Source) -> Result<Option<String>, DataError> {
    let [ours, theirs] = [learnt, measured].map(occurring);
    let known: HashSet<&str> = ours.iter().map(|(name, _)| *name).collect();
    let strange: Vec<(&str, usize)> = theirs.iter().copied().filter(|(name, _)| !known.contains(name)).collect();
    if strange.is_empty() || ours.is_empty() {
        return Ok(None);
    }
    let names = |classes: &[(&str, usize)]| listed(&classes.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let (learnt, measured) = (learnt.name().to_owned(), measured.name().to_owned());
    if strange.len() == theirs.len() {
        return Err(DataError::OtherClasses {
            learnt,
            ours: names(&ours),
            measured,
            theirs: names(&theirs),
        });
    }
    let pictures: usize = strange.iter().map(|(_, pictures)| pictures).sum();
    Ok(Some(format!(
        "{pictures} picture(s) of `{measured}` are of classes that `{learnt}` has no picture of ({}), so that nothing tells them right; \
         it has {}",
        names(&strange),
        names(&ours)
    )))
}

/// Classes that pictures have, in the order of their numbers, and how many pictures each.
fn occurring(source: &dyn Source) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for label in (0..source.len()).filter_map(|index| source.label(index)) {
        *counts.entry(label).or_default() += 1;
    }
    let named = |(label, count): (usize, usize)| Some((source.classes().get(label)?.as_str(), count));
    counts.into_iter().filter_map(named).collect()
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_the_same_by_name_not_by_number() {
        let [ours, theirs] = [["cat", "dog", "fox"].as_slice(), &["dog", "emu"]]
            .map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(same_classes(&ours, &theirs), [1, 4]);
        assert_eq!(same_classes(&ours, &ours), [0, 1, 2]);
        let names: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
        assert_eq!(same_classes(&names, &names)[99_999], 99_999);
    }

    #[test]
    fn of_many_names_a_few_are_listed() {
        assert_eq!(listed(&["a", "b"]), "a, b");
        assert_eq!(listed(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
    }
}
