//! Byte offsets to lines: most parsers speak of bytes, anchors speak of lines.

/// Where each line of a text begins.
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Looks through the text once.
    pub(crate) fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The line, counted from 1, that the byte at `offset` lies in.
    pub(crate) fn at(&self, offset: usize) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn an_offset_lies_in_the_line_that_began_last() {
        let lines = Lines::new("ab\n\nc");
        assert_eq!([0, 2, 3, 4, 99].map(|offset| lines.at(offset)), [1, 1, 2, 3, 3]);
    }
}
