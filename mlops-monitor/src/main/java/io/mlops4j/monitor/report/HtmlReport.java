package io.mlops4j.monitor.report;

import io.mlops4j.error.DataException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.MonitorHistory;
import io.mlops4j.monitor.WindowSummary;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.explain.PredictionShift;
import io.mlops4j.monitor.quality.QualityReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of headings, paragraphs, tables and {@linkplain DriftReport drift reports}, in a single
 * file that loads no font, no picture and nothing from the network. One script lets the reader
 * search for columns; everything else works without scripts. The page follows the reader's light or
 * dark scheme, fits a phone and prints.
 *
 * <pre>{@code
 * HtmlReport.of(DriftReport.compare(january, may)).write(Path.of("may.html"));
 * }</pre>
 *
 * <p>Every text is escaped, so no text is interpreted as HTML. Immutable and thread safe.
 */
public final class HtmlReport {
  private static final String STYLE = ReportFiles.resource("report.css");
  private static final String HEADING = "Current rows and reference";
  private static final String SCRIPT = ReportFiles.resource("report.js");

  private final String title;
  private final String body;

  private HtmlReport(String title, String body) {
    this.title = title;
    this.body = body;
  }

  /**
   * Returns the page of one drift report. Its title names the model, both periods and the date, if
   * the report's {@linkplain DriftReport#subject subject} states them.
   *
   * @param report the report
   * @return a page
   */
  public static HtmlReport of(DriftReport report) {
    Objects.requireNonNull(report, "report");
    return builder(title(report.subject())).drift(HEADING, report).build();
  }

  /**
   * Returns the page of one drift report and of the part of each feature in the shift of a model's
   * predictions.
   *
   * @param report the report
   * @param shift the shift, made of the compared rows or of some of them
   * @return a page
   */
  public static HtmlReport of(DriftReport report, PredictionShift shift) {
    Objects.requireNonNull(report, "report");
    return builder(title(report.subject())).drift(HEADING, report, shift).build();
  }

  /**
   * Returns the page of a monitor's history: problems, versions, performance with intervals, and
   * the drift of each column over time. Its title names the model, the period and the date.
   *
   * @param history the history
   * @return a page
   */
  public static HtmlReport of(MonitorHistory history) {
    Objects.requireNonNull(history, "history");
    return builder(title(history)).history("History", history).build();
  }

  /**
   * Returns the page of a report of data quality.
   *
   * @param report the report
   * @return a page
   */
  public static HtmlReport of(QualityReport report) {
    Objects.requireNonNull(report, "report");
    return builder("Data quality").quality("Checks", report).build();
  }

  private static String title(MonitorHistory history) {
    String models = String.join(", ", models(history));
    TimeAxis period = HistorySection.period(history);
    return "Monitor"
        + (models.isEmpty() ? "" : " of " + models)
        + (period == null
            ? ""
            : ": " + period.text(period.from()) + " to " + period.text(period.to()))
        + " ("
        + history.at().toString().substring(0, 10)
        + ")";
  }

  private static Set<String> models(MonitorHistory history) {
    return Stream.concat(
            history.windows().stream().map(WindowSummary::servedBy),
            history.performance().stream().map(MonitorHistory.Track::servedBy))
        .map(by -> by.version().map(ModelVersion::name).orElse(by.model()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String title(ReportSubject subject) {
    StringBuilder title = new StringBuilder("Drift report");
    subject.model().ifPresent(name -> title.append(" of ").append(name));
    subject.version().ifPresent(version -> title.append(", version ").append(version));
    subject.currentPeriod().ifPresent(period -> title.append(": ").append(period));
    subject
        .referencePeriod()
        .ifPresent(
            period ->
                title
                    .append(subject.currentPeriod().isPresent() ? " " : ": ")
                    .append("against ")
                    .append(period));
    subject.date().ifPresent(day -> title.append(" (").append(day.toString(), 0, 10).append(')'));
    return title.toString();
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

  /** {@return the page; HTML} */
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
    html.element("p", "Written by mlops4j. This file is self-contained: it loads nothing.").close();
    html.raw("\n<script>" + SCRIPT + "</script>");
    return html.close().close().raw("\n").toString();
  }

  /**
   * The content security policy of the page allows only the style sheet and script with these
   * digests.
   */
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
   * Writes the page in UTF-8. An existing file is replaced when the new one is complete.
   *
   * @param file the file
   * @throws DataException if it cannot be written
   */
  public void write(Path file) {
    ReportFiles.write(file, toHtml());
  }

  /** The meaning of a {@link Builder#notice notice}. */
  public enum Tone {
    /** All is well. */
    GOOD("good"),
    /** Someone should look at it. */
    ALARM("alarm"),
    /** Neither. */
    NEUTRAL("neutral");

    private final String style;

    Tone(String style) {
      this.style = style;
    }
  }

  /** Collects the parts of a page, in order. Not thread safe. */
  public static final class Builder {
    private final String title;
    private final Markup body = new Markup();
    private int sections;

    private Builder(String title) {
      this.title = Objects.requireNonNull(title, "title");
    }

    /**
     * Adds a heading for the parts that follow.
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
     * Adds a highlighted statement.
     *
     * @param tone its meaning, which the text must state too
     * @param text the statement
     * @return this builder
     */
    public Builder notice(Tone tone, String text) {
      body.element("p", text, "class", "notice " + tone.style).raw("\n");
      return this;
    }

    /**
     * Adds a table. Cells that begin with a digit or a sign are aligned to the right. On a phone,
     * tables of numbers scroll if they are wide, and each row of another table with four columns or
     * more is a block, in which each cell names its column.
     *
     * @param caption what the table shows
     * @param header the heads of the columns
     * @param rows the cells; the first cell of each row is its head
     * @return this builder
     * @throws IllegalArgumentException if the number of cells of a row differs from the header's
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
     * Adds a drift report: its verdict, a table of all columns, and a card with a chart for each
     * column.
     *
     * @param heading what was compared, for example {@code "May against January"}
     * @param report the report
     * @return this builder
     */
    public Builder drift(String heading, DriftReport report) {
      new DriftSection(body, "drift" + ++sections, report).write(heading, null);
      return this;
    }

    /**
     * Adds a drift report, with the part of each feature in the shift of a model's predictions.
     *
     * @param heading what was compared, for example {@code "May against January"}
     * @param report the report
     * @param shift the shift, made of the compared rows or of some of them
     * @return this builder
     */
    public Builder drift(String heading, DriftReport report, PredictionShift shift) {
      Objects.requireNonNull(shift, "shift");
      new DriftSection(body, "drift" + ++sections, report).write(heading, shift);
      return this;
    }

    /**
     * Adds the history of a monitor: problems, versions, performance with intervals, and the drift
     * of each column over time.
     *
     * @param heading for example {@code "Since January"}
     * @param history the history
     * @return this builder
     */
    public Builder history(String heading, MonitorHistory history) {
      Objects.requireNonNull(history, "history");
      new HistorySection(body, "history" + ++sections, history).write(heading);
      return this;
    }

    /**
     * Adds a report of data quality: its verdict, and tables of the checks that failed, passed and
     * were not made.
     *
     * @param heading for example {@code "May"}
     * @param report the report
     * @return this builder
     */
    public Builder quality(String heading, QualityReport report) {
      Objects.requireNonNull(report, "report");
      QualitySection.write(body, "quality" + ++sections, heading, report);
      return this;
    }

    /**
     * Builds a page of the parts that were added so far. The builder can add more and build again.
     *
     * @return a page
     */
    public HtmlReport build() {
      return new HtmlReport(title, body.toString());
    }
  }
}
