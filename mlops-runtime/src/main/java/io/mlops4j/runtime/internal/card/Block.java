package io.mlops4j.runtime.internal.card;

import java.util.List;

/** A part of a page, before it becomes Markdown or HTML. */
public sealed interface Block {
  enum Style {
    TEXT,
    CODE,
    NUMBER
  }

  /** The start of a section. */
  record Heading(String text) implements Block {}

  /** A paragraph, with its line breaks. */
  record Text(String text) implements Block {}

  /** A text that is not formatted, such as a query. */
  record Code(String caption, String text) implements Block {}

  record Facts(List<Fact> facts) implements Block {}

  record Fact(String name, String value, Style style) {}

  /** A table; the first cell of each row is its heading. */
  record Table(String caption, List<Column> columns, List<List<String>> rows) implements Block {}

  record Column(String head, Style style) {}
}
