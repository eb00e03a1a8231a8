package io.mlops4j.runtime.internal.card;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes blocks as GitHub-flavoured Markdown. Texts are escaped: they cannot become markup or HTML,
 * and cannot end their cell.
 */
public final class MarkdownWriter {
  /** Characters that are markup; an underscore inside a word is not. */
  private static final Pattern MARKUP =
      Pattern.compile("[\\\\`*\\[\\]<&|~$]|(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])");

  /** Begins of a line that make a heading, a list, a quotation or a rule. */
  private static final Pattern BEGIN = Pattern.compile("^([-+=#>]|\\d+(?=[.)](\\s|$)))");

  private static final Pattern TICKS = Pattern.compile("`+");

  private final StringBuilder out = new StringBuilder();

  public static String write(String title, List<Block> blocks) {
    MarkdownWriter writer = new MarkdownWriter();
    writer.out.append("# ").append(cell(title)).append('\n');
    blocks.forEach(writer::write);
    return writer.out.toString();
  }

  private void write(Block block) {
    out.append('\n');
    if (block instanceof Block.Heading heading) {
      out.append("## ").append(cell(heading.text())).append('\n');
    } else if (block instanceof Block.Text text) {
      out.append(cell(text.text())).append('\n');
    } else if (block instanceof Block.Code code) {
      write(code);
    } else if (block instanceof Block.Facts facts) {
      facts.facts().forEach(this::write);
    } else if (block instanceof Block.Table table) {
      write(table);
    }
  }

  private void write(Block.Code code) {
    String text = Shown.text(code.text());
    String fence = "`".repeat(Math.max(3, longestRun(text) + 1));
    out.append(cell(code.caption())).append(":\n\n").append(fence).append('\n');
    out.append(text).append(text.endsWith("\n") ? "" : "\n").append(fence).append('\n');
  }

  private void write(Block.Fact fact) {
    out.append("- **").append(cell(fact.name())).append(":** ");
    out.append(cell(fact.value(), fact.style())).append('\n');
  }

  private void write(Block.Table table) {
    out.append("**").append(cell(table.caption())).append("**\n\n|");
    table.columns().forEach(column -> out.append(' ').append(cell(column.head())).append(" |"));
    out.append("\n|");
    for (Block.Column column : table.columns()) {
      out.append(column.style() == Block.Style.NUMBER ? " ---: |" : " --- |");
    }
    for (List<String> row : table.rows()) {
      out.append("\n|");
      for (int i = 0; i < row.size(); i++) {
        out.append(' ').append(cell(row.get(i), table.columns().get(i).style())).append(" |");
      }
    }
    out.append('\n');
  }

  private static String cell(String text, Block.Style style) {
    return style == Block.Style.CODE && !text.isBlank() ? code(text) : cell(text);
  }

  private static String code(String text) {
    String line = Shown.text(text).replace('\n', ' ').replace("|", "\\|");
    String ticks = "`".repeat(longestRun(line) + 1);
    String space = line.startsWith("`") || line.endsWith("`") ? " " : "";
    return ticks + space + line + space + ticks;
  }

  private static int longestRun(String text) {
    return TICKS.matcher(text).results().mapToInt(run -> run.end() - run.start()).max().orElse(0);
  }

  /** Escapes a text and puts it on one line. */
  private static String cell(String text) {
    String escaped = MARKUP.matcher(Shown.text(text).strip()).replaceAll("\\\\$0");
    return begin(escaped).replace("\n", "<br>");
  }

  private static String begin(String text) {
    Matcher begin = BEGIN.matcher(text);
    if (!begin.find()) {
      return text;
    }
    int at = begin.end() > 1 || Character.isDigit(text.charAt(0)) ? begin.end() : 0;
    return text.substring(0, at) + "\\" + text.substring(at);
  }
}
