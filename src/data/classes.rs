//! Classes of two sources, one to learn from and one to be measured on: they are the same where their names are.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{DataError, Source};

/// Classes that a sentence names of each source.
const NAMED: usize = 5;

/// For each class of `theirs` its number among `ours`, by name; a class of theirs alone gets a number beyond ours, so that
/// nobody ever tells it right. Where one of the two has numbers for names, as shards without a list of classes have, classes are
/// the same by number.
#[must_use]
pub fn same_classes(ours: &[String], theirs: &[String]) -> Vec<usize> {
    let are_numbers = |names: &[String]| names.iter().enumerate().all(|(number, name)| name.parse() == Ok(number));
    // Of two classes of one name in the same list either is itself.
    if ours == theirs || are_numbers(ours) || are_numbers(theirs) {
        return (0..theirs.len()).collect();
    }
    // Of two classes of one name the first counts: the last of a map's equal keys stays.
    let numbers: HashMap<&String, usize> = ours.iter().enumerate().rev().map(|(index, name)| (name, index)).collect();
    let number = |(index, name): (usize, &String)| numbers.get(name).copied().unwrap_or(ours.len() + index);
    theirs.iter().enumerate().map(number).collect()
}

/// A sentence where some pictures to measure on are of classes that no picture to learn from has; `None` where there are
/// none, and where one of the two has no classes at all.
///
/// # Errors
/// [`DataError::OtherClasses`] where the two have no class in common: nothing could be told right.
pub fn unlearnt_classes(learnt: &dyn Source, measured: &dyn Source) -> Result<Option<String>, DataError> {
    let (ours, theirs) = (learnt.classes(), measured.classes());
    let same = same_classes(ours, theirs);
    let mut left: BTreeMap<usize, usize> = BTreeMap::new();
    for label in labels(measured) {
        *left.entry(label).or_default() += 1;
    }
    let of = |label: &usize| same.get(*label).copied().unwrap_or(*label);
    let wanted: HashSet<usize> = left.keys().map(of).collect();
    // A source may be long, and have to draw each picture to know its class.
    let mut known = HashSet::new();
    let mut is_all = wanted.is_empty();
    let mut learns = labels(learnt);
    while !is_all && let Some(label) = learns.next() {
        if wanted.contains(&label) {
            known.insert(label);
            is_all = known.len() == wanted.len();
        }
    }
    left.retain(|label, _| !known.contains(&of(label)));
    if left.is_empty() || ours.is_empty() {
        return Ok(None);
    }
    let names = |classes: &[String], of: &[usize]| listed(&of.iter().filter_map(|label| classes.get(*label)).collect::<Vec<_>>());
    let strange: Vec<usize> = left.keys().copied().collect();
    let theirs_named = names(theirs, &strange);
    let (learnt, measured) = (learnt.name().to_owned(), measured.name().to_owned());
    if same.iter().all(|number| *number >= ours.len()) {
        return Err(DataError::OtherClasses {
            learnt,
            ours: listed(&ours.iter().collect::<Vec<_>>()),
            measured,
            theirs: theirs_named,
        });
    }
    let pictures: usize = left.values().sum();
    Ok(Some(format!(
        "{pictures} picture(s) of `{measured}` are of classes that no picture taken of `{learnt}` has ({theirs_named}), so that nothing \
         tells them right; it has {}",
        listed(&ours.iter().collect::<Vec<_>>())
    )))
}

fn labels(source: &dyn Source) -> impl Iterator<Item = usize> + '_ {
    (0..source.len()).filter_map(|index| source.label(index))
}

fn listed(names: &[&String]) -> String {
    let shown = names.iter().take(NAMED).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
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
        let numbers = ["0", "1", "2", "3"].map(String::from);
        assert_eq!(
            (same_classes(&ours, &numbers), same_classes(&numbers, &theirs)),
            (vec![0, 1, 2, 3], vec![0, 1])
        );
        let cranes = ["crane", "heron", "crane"].map(String::from);
        assert_eq!(same_classes(&cranes, &cranes), [0, 1, 2], "each of two of one name is itself");
        let names: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
        assert_eq!(same_classes(&names, &names)[99_999], 99_999);
    }

    #[test]
    fn of_many_names_a_few_are_listed() {
        let names = ["a", "b", "c", "d", "e", "f", "g"].map(String::from);
        let list = |count: usize| listed(&names.iter().take(count).collect::<Vec<_>>());
        assert_eq!([list(2), list(7)], ["a, b", "a, b, c, d, e and 2 more"]);
    }
}
