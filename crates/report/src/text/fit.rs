//! Making text fit: shortening names, wrapping sentences. Widths are in characters.

/// Characters that a terminal would act on are replaced, so that a name can't move the cursor.
pub fn clean(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{FFFD}' } else { char }).collect()
}

/// At most `width` characters of `text`: its beginning and its end, the end being what tells methods apart.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let Some(kept) = width.checked_sub(1) else { return String::new() };
    let head = kept / 3;
    let tail = kept - head;
    text.chars().take(head).chain(['…']).chain(text.chars().skip(length - tail)).collect()
}

/// `text` on lines of at most `width` characters, broken at blanks. A word that is too long for a line is shortened.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let word = shorten(word, width);
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&word);
            used += length;
        }
    }
    lines
}

/// A name with what belongs to it. Where there is no room for all, `suffix` goes first, then `extra`, and only then is
/// the name itself shortened: it is what people look for.
#[derive(Default)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) suffix: String,
    pub(crate) extra: String,
}

impl Label {
    pub(crate) fn length(&self) -> usize {
        [&self.name, &self.suffix, &self.extra].map(|part| part.chars().count()).iter().sum()
    }

    pub(crate) fn fit(&self, width: usize) -> String {
        let whole = format!("{}{}{}", self.name, self.suffix, self.extra);
        let without_suffix = format!("{}{}", self.name, self.extra);
        let fitting = [whole, without_suffix].into_iter().find(|text| text.chars().count() <= width);
        // Whoever made the parts may have forgotten it.
        clean(&fitting.unwrap_or_else(|| shorten(&self.name, width)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_middle() {
        assert_eq!(shorten("Orders.Native.sqlite3_step", 26), "Orders.Native.sqlite3_step");
        assert_eq!(shorten("Orders.Native.sqlite3_step", 16), "Order…lite3_step");
        assert_eq!(shorten("Ünïcödé", 4), "Ü…dé");
        assert_eq!(shorten("abc", 0), "");
    }

    #[test]
    fn the_name_stays_longest() {
        let label = Label {
            name: "Orders.Native.sqlite3_step".into(),
            suffix: " → sqlite3".into(),
            extra: " (1 unwound)".into(),
        };
        assert_eq!(label.fit(12).chars().count(), 12);
        assert_eq!(label.fit(26), "Orders.Native.sqlite3_step");
        assert_eq!(label.fit(38), "Orders.Native.sqlite3_step (1 unwound)");
        assert_eq!(label.fit(47), "Orders.Native.sqlite3_step (1 unwound)");
        assert_eq!(label.fit(48), "Orders.Native.sqlite3_step → sqlite3 (1 unwound)");
    }

    #[test]
    fn no_part_of_a_label_moves_the_cursor() {
        let part = || "a\x1b[2J\u{9b}2J\r".to_owned();
        let label = Label { name: part(), suffix: part(), extra: part() };
        assert!([100, 20, 3].iter().all(|&width| !label.fit(width).contains(char::is_control)));
    }

    #[test]
    fn sentences_are_broken_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("averyveryverylongword x", 8), ["av…gword", "x"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\x1b[31m\nb"), "a\u{FFFD}[31m\u{FFFD}b");
    }
}
