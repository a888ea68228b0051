//! JSON as price catalogs need it: numbers keep their digits, every value knows its place, keys given twice are kept, and what
//! stands before a mistake is not lost.

use std::fmt;

/// Line and column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    /// Where it begins.
    pub at: usize,
    /// Whether its end was reached.
    pub whole: bool,
    /// The value.
    pub value: Value<'a>,
}

/// What JSON can hold.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number as it is written.
    Number(&'a str),
    /// `NaN` and `Infinity`, which are no JSON, but some programs write them.
    NoNumber(&'a str),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node<'a>>),
    /// An object, its members in their order.
    Object(Vec<Member<'a>>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub at: usize,
    /// The value.
    pub node: Node<'a>,
}

/// Where and why the rest of a text could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Byte.
    pub at: usize,
    /// What is wrong there.
    pub message: String,
}

impl<'a> Node<'a> {
    /// The first value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.node)
    }

    /// The members of an object; none for anything else.
    pub(super) fn members(&self) -> &[Member<'a>] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(&self) -> &[Node<'a>] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The text of a string.
    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// What it is, for a message.
    pub(super) fn describe(&self) -> String {
        match &self.value {
            Value::Null => "null".into(),
            Value::Flag(flag) => flag.to_string(),
            Value::Number(number) | Value::NoNumber(number) => (*number).to_owned(),
            Value::Text(text) => format!("the string {:?}", text.chars().take(40).collect::<String>()),
            Value::List(_) => "a list".into(),
            Value::Object(_) => "an object".into(),
        }
    }
}

/// Line and column of a byte.
pub(super) fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

/// Reads a text as far as it goes.
pub(super) fn parse(text: &str) -> (Option<Node<'_>>, Option<Broken>) {
    let mut parser = Parser { text, at: 0, broken: None };
    let root = parser.value(0);
    parser.skip_blanks();
    if parser.broken.is_none() && parser.at < text.len() {
        parser.fail("something stands behind the end");
    }
    (root, parser.broken)
}

/// How deep values may be nested.
const DEEPEST: usize = 64;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    broken: Option<Broken>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Notes the first mistake.
    fn fail(&mut self, message: &str) {
        if self.broken.is_none() {
            let message = if self.at >= self.text.len() { "the file ends here" } else { message };
            self.broken = Some(Broken { at: self.at, message: message.to_owned() });
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        self.skip_blanks();
        let at = self.at;
        if depth > DEEPEST {
            self.fail("values are nested too deep");
            return None;
        }
        let value = match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => {
                self.fail("a value is missing");
                return None;
            }
        };
        Some(Node { at, whole: self.broken.is_none(), value })
    }

    /// A number or a bare word.
    fn word(&mut self) -> Option<Value<'a>> {
        let rest = &self.text[self.at..];
        let length =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len());
        let word = &rest[..length];
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Flag(true),
            "false" => Value::Flag(false),
            "NaN" | "Infinity" | "-Infinity" => Value::NoNumber(word),
            _ if is_number(word) => Value::Number(word),
            _ => {
                let cut_off = length == rest.len();
                self.at += if cut_off { length } else { 0 };
                self.fail("this is no value");
                return None;
            }
        };
        self.at += length;
        Some(value)
    }

    fn list(&mut self, depth: usize) -> Value<'a> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eat(b']') {
            return Value::List(items);
        }
        loop {
            items.extend(self.value(depth + 1));
            if self.broken.is_some() || self.eat(b']') {
                return Value::List(items);
            }
            if !self.eat(b',') {
                self.fail("a comma or the end of the list is missing");
                return Value::List(items);
            }
        }
    }

    fn object(&mut self, depth: usize) -> Value<'a> {
        self.at += 1;
        let mut members = Vec::new();
        if self.eat(b'}') {
            return Value::Object(members);
        }
        loop {
            self.skip_blanks();
            let at = self.at;
            if self.peek() != Some(b'"') {
                self.fail("a key in quotes is missing");
                return Value::Object(members);
            }
            let Some(key) = self.string() else { return Value::Object(members) };
            if !self.eat(b':') {
                self.fail("the colon behind a key is missing");
                return Value::Object(members);
            }
            members.extend(self.value(depth + 1).map(|node| Member { key, at, node }));
            if self.broken.is_some() || self.eat(b'}') {
                return Value::Object(members);
            }
            if !self.eat(b',') {
                self.fail("a comma or the end of the object is missing");
                return Value::Object(members);
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(['"', '\\', '\n']) else {
                self.at = self.text.len();
                self.fail("");
                return None;
            };
            text.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Some(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => {
                    self.fail("a string does not end on its line");
                    return None;
                }
            }
        }
    }

    /// The character behind a backslash; a half of a surrogate pair without the other is the replacement character.
    fn escape(&mut self) -> Option<char> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        self.at += 2;
        match letter {
            Some(b'n') => Some('\n'),
            Some(b't') => Some('\t'),
            Some(b'r') => Some('\r'),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(plain @ (b'"' | b'\\' | b'/')) => Some(char::from(plain)),
            Some(b'u') => {
                let high = self.four_digits()?;
                let pair = (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u");
                if !pair {
                    return Some(char::from_u32(high).unwrap_or('\u{fffd}'));
                }
                self.at += 2;
                let low = self.four_digits()?;
                let both = 0x10000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
                Some(char::from_u32(both).unwrap_or('\u{fffd}'))
            }
            _ => {
                self.at = self.at.min(self.text.len()) - usize::from(letter.is_some());
                self.fail("this is no escape of JSON");
                None
            }
        }
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if digits.is_some() {
            self.at += 4;
        } else {
            self.fail("four hexadecimal digits are missing");
        }
        digits
    }
}

/// `-?digits(.digits)?([eE][+-]?digits)?`
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = word.split_once(['e', 'E']).unwrap_or((word, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    digits(whole) && digits(part) && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

#[cfg(test)]
mod tests {
    use super::{Value, parse, place};

    #[test]
    fn numbers_keep_their_digits_and_keys_given_twice_are_kept() {
        let (root, broken) = parse("{\"a\": 1.50e-07, \"a\": [true, null, \"x\\u00e9\\ud83d\\ude00\\n\"]}");
        assert_eq!(broken, None);
        let root = root.unwrap_or_else(|| unreachable!());
        assert_eq!(root.members().len(), 2);
        assert!(matches!(root.members()[0].node.value, Value::Number("1.50e-07")));
        assert_eq!(root.members()[1].node.items()[2].text(), Some("xé😀\n"));
    }

    #[test]
    fn what_stands_before_a_mistake_is_kept() {
        let text = "{\n \"a\": {\"x\": 1},\n \"b\": {\"x\": 1, \"y";
        let (root, broken) = parse(text);
        let root = root.unwrap_or_else(|| unreachable!());
        let whole: Vec<_> = root.members().iter().map(|m| (m.key.as_str(), m.node.whole)).collect();
        assert_eq!(whole, [("a", true), ("b", false)]);
        let broken = broken.unwrap_or_else(|| unreachable!());
        assert_eq!((broken.message.as_str(), place(text, broken.at).line), ("the file ends here", 3));
    }

    /// No text makes it panic: each prefix of a text, and each text with a letter exchanged.
    #[test]
    fn nothing_makes_it_panic() {
        let text = "[{\"é\\u00e9\\\\\": -1.5e-7, \"b\": [true, {\"c\": NaN}]}, \"\\ud83d\\ude00\"]";
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            parse(&text[..end]);
            for odd in ["\"", "\\", "{", "]", "é", "\n", "u", "-"] {
                parse(&format!("{}{odd}{}", &text[..end], &text[end..]));
            }
        }
        parse(&"[".repeat(100_000));
    }
}
