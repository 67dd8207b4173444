//! The catalogue is whole: both languages say the same things, every word is there, none is idle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentArgs;

use super::catalogue::{self, FILES, Words};
use super::request::speaking;
use super::{Language, phrase, say};

/// Every message of a file with the variables it fills in.
fn messages(words: &Words, language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in words.source(language).lines() {
        let begins = line.starts_with(|letter: char| letter.is_ascii_lowercase());
        if begins && let Some((key, _)) = line.split_once(" =") {
            let known = messages.insert(key.to_owned(), BTreeSet::new());
            assert!(known.is_none(), "{} has {key} twice", words.file);
            current = Some(key.to_owned());
        }
        let Some(key) = &current else { continue };
        for part in line.split('$').skip(1) {
            let name: String = part
                .chars()
                .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
                .collect();
            messages.entry(key.clone()).or_default().insert(name);
        }
    }
    messages
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

fn files(folder: &str, kind: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|one| one == kind) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn both_languages_hold_the_same_keys_and_variables() {
    for words in FILES {
        let chinese = messages(words, Language::Chinese);
        let english = messages(words, Language::English);
        let keys = |map: &BTreeMap<_, _>| map.keys().cloned().collect::<Vec<String>>();
        assert_eq!(keys(&chinese), keys(&english), "{}", words.file);
        for (key, variables) in &chinese {
            assert_eq!(variables, &english[key], "{} {key}", words.file);
        }
        for line in words.source(Language::English).lines() {
            assert!(!line.contains(is_han), "{}: {line}", words.file);
        }
    }
}

#[test]
fn every_file_is_in_the_catalogue() {
    for language in Language::ALL {
        let folder = format!("locales/{}", language.tag());
        for path in files(&folder, "ftl") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(FILES.iter().any(|words| words.file == name), "{name}");
        }
    }
}

#[test]
fn every_message_can_be_said() {
    let mut known = BTreeSet::new();
    for words in FILES {
        for (key, variables) in messages(words, Language::Chinese) {
            assert!(known.insert(key.clone()), "{key} stands in two files");
            for language in Language::ALL {
                let mut args = FluentArgs::new();
                for name in &variables {
                    args.set(name.clone(), 2);
                }
                // A reference that leads nowhere fails a debug assertion in there.
                let said = catalogue::format(language, &key, Some(&args));
                assert!(!said.is_empty() && !said.contains("{$"), "{key}: {said}");
            }
        }
    }
}

#[test]
fn no_template_speaks_past_the_catalogue() {
    for path in files("templates", "html") {
        let page = std::fs::read_to_string(&path).unwrap();
        let line = page.lines().find(|line| line.contains(is_han));
        assert_eq!(line, None, "{}", path.display());
    }
}

#[test]
fn every_key_is_used_and_every_used_key_is_there() {
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for words in FILES {
        keys.extend(messages(words, Language::Chinese).into_keys());
    }
    let mut used = String::new();
    for (folder, kind) in [("templates", "html"), ("src", "rs")] {
        for path in files(folder, kind) {
            used.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    for key in &keys {
        assert!(used.contains(&format!("\"{key}\"")), "{key} is not used");
    }
    for path in files("templates", "html") {
        let page = std::fs::read_to_string(&path).unwrap();
        for (at, _) in page.match_indices("\"|t") {
            let key = page[..at].rsplit('"').next().unwrap();
            assert!(keys.contains(key), "{}: {key}", path.display());
        }
    }
}

#[tokio::test]
async fn words_follow_the_request() {
    assert_eq!(say("state-scheduled"), "勘验中");
    let english = speaking(Language::English, async {
        let left = |days: u32| phrase("deadline-left").with("days", days).to_string();
        (say("state-scheduled"), left(1), left(12_000))
    });
    let (word, one, many) = english.await;
    assert_eq!(word, "being inspected");
    assert_eq!(one, "one working day left");
    assert_eq!(many, "12000 working days left");
}
