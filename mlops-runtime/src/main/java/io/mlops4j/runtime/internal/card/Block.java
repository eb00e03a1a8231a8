package io.mlops4j.runtime.internal.card;

import java.util.List;

/** A part of a text for people, before it is Markdown or HTML. */
public sealed interface Block {
  /** How a value is shown. */
  enum Style {
    TEXT,
    CODE,
    NUMBER
  }

  /** Opens a section. */
  record Heading(String text) implements Block {}

  /** A paragraph; its line breaks are kept. */
  record Text(String text) implements Block {}

  /** A text in a language for machines, kept as it is. */
  record Code(String caption, String text) implements Block {}

  /** Names with their values. */
  record Facts(List<Fact> facts) implements Block {}

  /** A name with its value. */
  record Fact(String name, String value, Style style) {}

  /** Rows, the first cell of each being its head. */
  record Table(String caption, List<Column> columns, List<List<String>> rows) implements Block {}

  /** What the cells of a column are. */
  record Column(String head, Style style) {}
}
