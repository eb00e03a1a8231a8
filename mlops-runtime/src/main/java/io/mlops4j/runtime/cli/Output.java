package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.DataException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What a command answers: lines for people, or one JSON document. Texts of cards and records are
 * those of strangers; what would move a terminal's cursor or turn the direction of writing does not
 * reach it.
 */
final class Output {
  private static final Pattern MOVES =
      Pattern.compile(
          "[\\p{Cntrl}\\u0080-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069&&[^\\n]]");
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          // Double.toString differs between JDK 17 and 19.
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          // The same on every terminal and in every pipe.
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private final PrintWriter out;
  private final boolean json;

  Output(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  boolean isJson() {
    return json;
  }

  /** Answers in the form that was asked for. */
  void answer(ObjectNode document, Consumer<Output> people) throws JsonProcessingException {
    if (json) {
      out.print(WRITER.writeValueAsString(document) + "\n");
    } else {
      people.accept(this);
    }
    out.flush();
  }

  /** A text that has its form already, as Markdown. */
  void text(String text) {
    out.print(clean(text));
    if (!text.endsWith("\n")) {
      out.println();
    }
    out.flush();
  }

  void line(String line) {
    out.println(oneLine(line));
  }

  /** Lines of columns; the last one may be as long as it likes. */
  void table(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], oneLine(row.get(i)).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String cell = oneLine(row.get(i));
        line.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static String oneLine(String text) {
    return clean(text.replace('\n', ' '));
  }

  static String clean(String text) {
    return MOVES.matcher(text.replace("\r\n", "\n").replace('\t', ' ')).replaceAll("?");
  }

  static ObjectNode object() {
    return new ObjectNode(JsonNodeFactory.instance);
  }

  /** Reads one JSON object. */
  static ObjectNode parse(String what, String text) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " in line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new DataException(
          what
              + ": found no JSON"
              + where
              + " ("
              + e.getOriginalMessage()
              + "), expected a JSON object",
          e);
    }
    throw new DataException(what + ": found JSON that is no object, expected one", null);
  }

  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 999.95 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  static String count(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
