package io.mlops4j.samples.quickstart;

import io.mlops4j.samples.quickstart.Table.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The story as one page that needs nothing from elsewhere and fits a phone. */
final class StoryPage {
  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>mlops4j quickstart: which flights will be late?</title>
      <style>
      :root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c62828; --note: #9a6700 }
      @media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff7b72; --note: #d4a72c } }
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem }
      h1 { font-size: 1.5rem; line-height: 1.2 }
      h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
      .wide { overflow-x: auto }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
      th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line) }
      .right { text-align: right }
      .good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 } .note { color: var(--note) }
      .dim { opacity: .7 }
      li { margin: .4rem 0 }
      @media (max-width: 40rem) { /* a phone: each row is a card */
        ul { padding-left: 1.2rem }
        thead { display: none }
        table, tbody, tr, td { display: block; white-space: normal }
        tr { border: 1px solid var(--line); border-radius: .4rem; margin: .6rem 0; padding: .3rem }
        td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .1rem .4rem }
        td::before { content: attr(data-label); opacity: .7; font-weight: 400 }
        td:last-child { text-align: right }
      }
      </style>
      </head>
      <body>
      <h1>Which flights will be late?</h1>
      %s
      </body>
      </html>
      """;

  private StoryPage() {}

  static void write(Folders folders, Outcome outcome, List<Narrator.Line> told) throws IOException {
    String body =
        paragraph(
                String.format(
                    Locale.ROOT,
                    "Real US flights of 2001, replayed by the quickstart of mlops4j: %,d flights asked"
                        + " about, %d requests failed.",
                    outcome.flights(),
                    outcome.failedRequests()))
            + section("What happened", list(told))
            + section("Month by month", table(Tables.months(outcome.months())))
            + section(
                "The planted week against January",
                table(Tables.drift(outcome.plantedWeek())) + more(folders))
            + section(
                "Who changed the champion, and why", table(Tables.history(outcome.history())));
    Files.createDirectories(folders.output());
    Files.writeString(folders.report(), PAGE.formatted(body));
  }

  private static String more(Folders folders) {
    return "<p><a href=\"%s\">The whole comparison</a></p>\n"
        .formatted(folders.driftReport().getFileName());
  }

  private static String paragraph(String text) {
    return "<p>" + escape(text) + "</p>\n";
  }

  private static String section(String title, String content) {
    return "<h2>" + escape(title) + "</h2>\n" + content;
  }

  private static String list(List<Narrator.Line> told) {
    return told.stream()
        .map(line -> "<li class=\"" + style(line.tone()) + "\">" + escape(line.text()) + "</li>\n")
        .collect(Collectors.joining("", "<ul>\n", "</ul>\n"));
  }

  private static String table(Table table) {
    List<Cell> names = table.rows().get(0);
    String head = names.stream().map(StoryPage::headCell).collect(Collectors.joining());
    String body =
        table.rows().stream().skip(1).map(row -> row(names, row)).collect(Collectors.joining());
    return "<div class=\"wide\"><table>\n<thead><tr>"
        + head
        + "</tr></thead>\n<tbody>\n"
        + body
        + "</tbody>\n</table></div>\n";
  }

  private static String headCell(Cell name) {
    return "<th class=\"%s\">%s</th>".formatted(style(name), escape(name.text()));
  }

  private static String row(List<Cell> names, List<Cell> row) {
    return IntStream.range(0, row.size())
        .mapToObj(i -> cell(names.get(i), row.get(i)))
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }

  /** A phone shows the column's name beside each cell. */
  private static String cell(Cell name, Cell cell) {
    return "<td class=\"%s\" data-label=\"%s\">%s</td>"
        .formatted(style(cell), escape(name.text()), escape(cell.text()));
  }

  private static String style(Cell cell) {
    return style(cell.tone()) + (cell.right() ? " right" : "");
  }

  private static String style(Screen.Tone tone) {
    return tone.name().toLowerCase(Locale.ROOT);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
