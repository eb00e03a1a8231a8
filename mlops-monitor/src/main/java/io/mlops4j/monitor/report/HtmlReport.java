package io.mlops4j.monitor.report;

import io.mlops4j.error.DataException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * One page of headings, paragraphs, tables and {@linkplain DriftReport drift reports}, in one file
 * that needs nothing else: no font, no picture, no network. Its one script lets the reader search
 * for columns; without it everything is there all the same. The page follows the reader's light or
 * dark scheme, fits a phone and prints.
 *
 * <p>Every text is escaped; none is read as HTML. Immutable and thread safe.
 */
public final class HtmlReport {
  private static final String STYLE = Resources.text("report.css");
  private static final String SCRIPT = Resources.text("report.js");

  private final String title;
  private final String body;

  private HtmlReport(String title, String body) {
    this.title = title;
    this.body = body;
  }

  /**
   * Starts a page.
   *
   * @param title its title and first heading
   * @return a builder
   */
  public static Builder builder(String title) {
    return new Builder(title);
  }

  /**
   * The page.
   *
   * @return HTML
   */
  public String toHtml() {
    Markup html = new Markup().raw("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
    html.raw("<meta charset=\"utf-8\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        .raw("style-src 'sha256-" + digest(STYLE) + "'; ")
        .raw("script-src 'sha256-" + digest(SCRIPT) + "'\">\n")
        .element("title", title)
        .raw("<style>" + STYLE + "</style>")
        .close();
    html.raw("\n").open("body").open("header").element("h1", title).close();
    html.raw("\n").open("main").raw(body).close();
    html.raw("\n").open("footer");
    html.element("p", "Written by mlops4j. This file is complete: it loads nothing.").close();
    html.raw("\n<script>" + SCRIPT + "</script>");
    return html.close().close().raw("\n").toString();
  }

  /** Of the style sheet and the script, so that the page's own policy lets in nothing else. */
  private static String digest(String text) {
    try {
      byte[] sha256 =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(sha256);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Writes the page in UTF-8, over a file that is there.
   *
   * @param file the file
   * @throws DataException if it cannot be written
   */
  public void write(Path file) {
    DriftReport.write(file, toHtml());
  }

  /** How a {@link Builder#notice notice} is meant. */
  public enum Tone {
    /** As it should be. */
    GOOD("good"),
    /** Somebody should look. */
    ALARM("alarm"),
    /** Neither. */
    NEUTRAL("neutral");

    private final String style;

    Tone(String style) {
      this.style = style;
    }
  }

  /** Gathers the parts of a page in their order. Not thread safe. */
  public static final class Builder {
    private final String title;
    private final Markup body = new Markup();
    private int sections;

    private Builder(String title) {
      this.title = Objects.requireNonNull(title, "title");
    }

    /**
     * Adds a heading under which what follows belongs.
     *
     * @param text the heading
     * @return this builder
     */
    public Builder heading(String text) {
      body.element("h2", text).raw("\n");
      return this;
    }

    /**
     * Adds a paragraph.
     *
     * @param text its text
     * @return this builder
     */
    public Builder paragraph(String text) {
      body.element("p", text).raw("\n");
      return this;
    }

    /**
     * Adds a statement that catches the eye.
     *
     * @param tone how it is meant; the text must say so too
     * @param text the statement
     * @return this builder
     */
    public Builder notice(Tone tone, String text) {
      body.element("p", text, "class", "notice " + tone.style).raw("\n");
      return this;
    }

    /**
     * Adds a table. Cells that begin with a digit or a sign are aligned to the right; wide tables
     * scroll on a phone.
     *
     * @param caption what the table shows
     * @param header the heads of the columns
     * @param rows the cells, the first of each row being its head
     * @return this builder
     * @throws IllegalArgumentException if a row has another number of cells than the header
     */
    public Builder table(String caption, List<String> header, List<List<String>> rows) {
      rows.forEach(row -> checkCells(header, row));
      Tables.write(body, caption, header, rows);
      return this;
    }

    private static void checkCells(List<String> header, List<String> row) {
      if (row.size() != header.size()) {
        throw new IllegalArgumentException(
            "rows: found %d cells in %s, expected %d as in the header"
                .formatted(row.size(), row, header.size()));
      }
    }

    /**
     * Adds a drift report: its verdict, a table of all columns, and a card with a chart for each.
     *
     * @param heading what was compared, for example {@code "May against January"}
     * @param report the report
     * @return this builder
     */
    public Builder drift(String heading, DriftReport report) {
      new DriftSection(body, "drift" + ++sections).write(heading, report);
      return this;
    }

    /**
     * Ends the page. The builder may go on.
     *
     * @return a page of the parts so far
     */
    public HtmlReport build() {
      return new HtmlReport(title, body.toString());
    }
  }
}
