package io.mlops4j.runtime.card;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.Shown;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes blocks as one self-contained HTML file. Every text is escaped here and nowhere else. The
 * page's content security policy allows no script and only this style.
 */
final class HtmlWriter {
  private static final String STYLE = Resources.text("card.css");

  private final StringBuilder out = new StringBuilder();

  static String write(String title, List<Block> blocks) {
    HtmlWriter writer = new HtmlWriter();
    writer.head(title);
    boolean section = false;
    for (Block block : blocks) {
      if (block instanceof Block.Heading) {
        writer.out.append(section ? "</section>\n<section>\n" : "<section>\n");
        section = true;
      }
      writer.write(block);
    }
    writer.out.append(section ? "</section>\n" : "").append("</main>\n<footer>");
    writer.element("p", "Written by mlops4j. This file is self-contained: it loads nothing.");
    writer.out.append("</footer>\n</body>\n</html>\n");
    return writer.out.toString();
  }

  private void head(String title) {
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        .append("style-src 'sha256-")
        .append(digest(STYLE))
        .append("'\">\n");
    element("title", title);
    out.append("<style>").append(STYLE).append("</style>\n</head>\n<body>\n<main>\n");
    element("h1", title);
  }

  private static String digest(String text) {
    byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Digest.sha256(utf8).hex()));
  }

  private void write(Block block) {
    if (block instanceof Block.Heading heading) {
      element("h2", heading.text());
    } else if (block instanceof Block.Text text) {
      element("p", text.text());
    } else if (block instanceof Block.Code code) {
      out.append("<figure>");
      element("figcaption", code.caption());
      element("pre", code.text());
      out.append("</figure>\n");
    } else if (block instanceof Block.Facts facts) {
      out.append("<dl>\n");
      facts.facts().forEach(this::write);
      out.append("</dl>\n");
    } else if (block instanceof Block.Table table) {
      write(table);
    }
  }

  private void write(Block.Fact fact) {
    out.append("<div>");
    element("dt", fact.name());
    out.append("<dd>");
    cell(fact.value(), fact.style());
    out.append("</dd></div>\n");
  }

  /** Writes a table. A wide one scrolls by touch and by key. */
  private void write(Block.Table table) {
    out.append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    escape(table.caption());
    out.append("\"><table>\n");
    element("caption", table.caption());
    out.append("<thead><tr>");
    for (Block.Column column : table.columns()) {
      out.append("<th scope=\"col\"").append(style(column)).append('>');
      escape(column.head());
      out.append("</th>");
    }
    out.append("</tr></thead>\n<tbody>\n");
    for (List<String> row : table.rows()) {
      out.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        Block.Column column = table.columns().get(i);
        out.append(i == 0 ? "<th scope=\"row\"" : "<td").append(style(column)).append('>');
        cell(row.get(i), column.style());
        out.append(i == 0 ? "</th>" : "</td>");
      }
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div>\n");
  }

  private static String style(Block.Column column) {
    return column.style() == Block.Style.NUMBER ? " class=\"number\"" : "";
  }

  private void cell(String text, Block.Style style) {
    if (style == Block.Style.CODE && !text.isEmpty()) {
      out.append("<code>");
      escape(text);
      out.append("</code>");
    } else {
      escape(text);
    }
  }

  private void element(String name, String text) {
    out.append('<').append(name).append('>');
    escape(text);
    out.append("</").append(name).append(">\n");
  }

  private void escape(String text) {
    String shown = Shown.text(text);
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
  }
}
