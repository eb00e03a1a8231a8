package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.DataSetDrift;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.Movement;
import io.mlops4j.monitor.explain.PredictionShift;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a drift report into a page: the verdict, a table of all columns, a card for each. */
final class DriftSection {
  private static final String REFERENCE = "Reference";
  private static final String CURRENT = "Current";

  /** The most columns that need no search field. */
  private static final int FEW = 5;

  /** The most values that are listed for a column. */
  private static final int MOVED = 5;

  /** The most drifted columns that are named in the headline. */
  private static final int NAMED = 5;

  private final Markup out;
  private final String id;
  private final DriftReport report;

  DriftSection(Markup out, String id, DriftReport report) {
    this.out = out;
    this.id = id;
    this.report = report;
  }

  void write(String heading, @Nullable PredictionShift shift) {
    out.open("section", "aria-labelledby", id, "class", "drift");
    out.element("h2", heading, "id", id);
    verdict();
    moved();
    if (shift != null) {
      predictionShift(shift);
    }
    if (!report.slices().isEmpty()) {
      new SliceSection(out).write(report);
    }
    if (!report.features().isEmpty()) {
      search();
      summary();
      method();
      out.open("div", "class", "cards");
      report.features().forEach(this::card);
      out.close();
    }
    notCompared();
    out.close().raw("\n");
  }

  private void verdict() {
    String tone = report.driftedFeatures().isEmpty() ? untroubled() : "alarm";
    out.open("p", "class", "notice " + tone).open("strong").words(headline()).close();
    out.text(" ");
    out.text(
        "%s rows were compared with %s rows of the reference."
            .formatted(Figures.of(report.current().rows()), Figures.of(report.reference().rows())));
    if (!report.driftedFeatures().isEmpty()) {
      out.text(extent());
    }
    out.close();
    if (!report.keysNotJudged().isEmpty()) {
      String names = String.join(", ", report.keysNotJudged());
      out.element("p", "Key columns without a verdict: " + names + ".", "class", "notice neutral");
    }
    String subject = report.subject().toString();
    out.element("p", (subject.isEmpty() ? "" : subject + ". ") + digests(), "class", "fine");
  }

  /** The reason why drift is widespread or not. */
  private String extent() {
    String share = Figures.percent(report.policy().dataSetBound());
    if (!report.driftedKeys().isEmpty()) {
      return " Drift is widespread because a key column drifted: "
          + String.join(", ", report.driftedKeys())
          + ".";
    }
    if (report.dataSet() == DataSetDrift.WIDESPREAD) {
      return " Drift is widespread because at least " + share + " of the columns drifted.";
    }
    return " Drift is widespread from "
        + share
        + " of the columns"
        + (report.policy().keyFeatures().isEmpty() ? "." : ", or if a key column drifts.");
  }

  /** For each drifted column, the value that explains most of the effect. */
  private void moved() {
    List<FeatureDrift> drifted =
        report.driftedFeatures().stream().filter(one -> !one.movements().isEmpty()).toList();
    if (drifted.isEmpty()) {
      return;
    }
    out.element("h3", "What moved most", "class", "lone").open("ul");
    for (FeatureDrift feature : drifted.subList(0, Math.min(NAMED, drifted.size()))) {
      out.open("li").open("b").words(feature.name()).close().text(" ");
      movement(feature.movements().get(0));
      out.close();
    }
    out.close();
  }

  private void predictionShift(PredictionShift shift) {
    out.element("h3", "Why the predictions moved", "class", "lone");
    out.element(
        "p",
        "The mean prediction went from %s to %s: %s \u00b1 %s, from %s current and %s reference rows."
                .formatted(
                    Figures.of(shift.referenceMean()),
                    Figures.of(shift.currentMean()),
                    Figures.signed(shift.shift().value()),
                    Figures.of(shift.shift().margin()),
                    Figures.of((long) shift.currentRows()),
                    Figures.of((long) shift.referenceRows()))
            + " The part of a feature is the change of the mean when this feature alone is set back"
            + " to the reference. \u00b1 is a 95 % interval.");
    List<List<String>> rows = new ArrayList<>();
    shift.parts().forEach((feature, part) -> rows.add(row(feature, part)));
    rows.add(row("interactions and other columns", shift.remainder()));
    rows.add(row("total", shift.shift()));
    Tables.write(
        out,
        "What each feature explains, largest first",
        List.of("Feature", "Explains", "\u00b1"),
        rows);
  }

  private static List<String> row(String name, PredictionShift.Estimate estimate) {
    return List.of(name, Figures.signed(estimate.value()), Figures.of(estimate.margin()));
  }

  private void movement(Movement movement) {
    out.text(movement.value() + ": " + change(movement));
    out.element(
        "span",
        ", " + Figures.percent(movement.contribution()) + " of the effect",
        "class",
        "fine");
  }

  /** Both shares with an arrow between them. A share is not broken over two lines. */
  private static String change(Movement movement) {
    return (Figures.share(movement.reference()) + " \u2192 " + Figures.share(movement.current()))
        .replace(" %", "\u00a0%");
  }

  private void search() {
    if (report.features().size() > FEW) {
      String field = id + "-search";
      out.open("p", "class", "search", "hidden", "");
      out.element("label", "Find a column ", "for", field);
      out.raw("<input type=\"search\" autocomplete=\"off\" id=\"" + field + "\">");
      out.open("output", "for", field).close().close();
    }
  }

  private String untroubled() {
    return report.judgedColumns() > 0 ? "good" : "neutral";
  }

  private String headline() {
    List<FeatureDrift> drifted = report.driftedFeatures();
    int judged = report.judgedColumns();
    if (judged == 0) {
      return "Not judged: no column has enough rows.";
    }
    if (drifted.isEmpty()) {
      return "No drift: none of %d columns drifted.".formatted(judged);
    }
    String names =
        drifted.stream().limit(NAMED).map(FeatureDrift::name).collect(Collectors.joining(", "));
    return "%s: %d of %d columns drifted: %s%s."
        .formatted(
            report.dataSet() == DataSetDrift.WIDESPREAD ? "Widespread drift" : "Limited drift",
            drifted.size(),
            judged,
            names,
            drifted.size() > NAMED ? " and " + (drifted.size() - NAMED) + " more" : "");
  }

  private String digests() {
    return "Profiles: reference %s, current %s"
        .formatted(
            report.reference().digest().abbreviated(), report.current().digest().abbreviated());
  }

  private void summary() {
    String caption = "All columns, largest effect first";
    out.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
    out.open("table", "class", "summary sortable").element("caption", caption);
    out.open("thead").open("tr");
    for (String head : List.of("Column", "Verdict", "Effect")) {
      out.element("th", head, "scope", "col");
    }
    out.element("th", "Adjusted p", "scope", "col", "class", "number");
    out.close().close().open("tbody");
    report.features().forEach(this::summaryRow);
    out.close().close().close();
  }

  private void summaryRow(FeatureDrift feature) {
    out.open("tr", "data-column", feature.name());
    out.open("th", "scope", "row").name(feature.name());
    if (feature.role() == Role.OUTPUT) {
      out.text(" ").element("span", "output", "class", "role");
    }
    if (feature.key()) {
      out.text(" ").element("span", "key", "class", "role");
    }
    DriftVerdict.Judged judged =
        feature.verdict() instanceof DriftVerdict.Judged verdict ? verdict : null;
    double effect = judged == null ? -1 : judged.relativeEffect();
    double adjusted = judged == null ? Double.NaN : judged.adjustedPValue();
    int rank = feature.drifted() ? 0 : feature.judged() ? 1 : 2;
    out.close().open("td", "data-sort", rank);
    badge(feature.verdict());
    out.close().open("td", "class", "effect", "data-sort", Float.toString((float) effect));
    EffectBar.write(out, feature.verdict());
    out.close();
    String text = Double.isNaN(adjusted) ? "none" : Figures.pValue(adjusted);
    String sort = Float.toString((float) adjusted);
    out.element("td", text, "class", "number", "data-sort", sort);
    out.close();
  }

  private void badge(DriftVerdict verdict) {
    if (verdict instanceof DriftVerdict.Drifted) {
      out.element("span", "\u25b2 Drifted", "class", "badge alarm");
    } else if (verdict instanceof DriftVerdict.Stable) {
      out.element("span", "\u25cf Stable", "class", "badge good");
    } else {
      out.element("span", "\u25cb\u00a0Too few rows", "class", "badge neutral");
    }
  }

  private void method() {
    out.open("details").element("summary", "How to read this");
    out.element(
        "p",
        "A column has drifted if its effect reaches the bound (the tick on the bar) and random"
            + " variation is an unlikely reason: the p-value of its test, adjusted over all columns"
            + " by Benjamini and Hochberg, is small enough. Many rows make every p-value small, so"
            + " there the effect decides. Few rows make effects large by chance, so there the test"
            + " decides.");
    out.element(
        "p",
        "The values that moved a column are the parts of its effect: categories, numbers, or tenths"
            + " of the reference. Each is listed with its share before and after, and its part of"
            + " the effect.");
    out.element(
        "p",
        "The charts show shares of the rows: the reference filled, the current rows outlined or in"
            + " the stronger colour. Of many categories, those that moved most are drawn. The"
            + " comparison assumes exchangeable rows: a month with five Mondays differs from a"
            + " month with four.");
    out.close();
  }

  private void card(FeatureDrift feature) {
    String style = feature.drifted() ? "card alarming" : "card";
    out.open("article", "class", style, "data-column", feature.name())
        .open("h3")
        .words(feature.name())
        .text(" ");
    badge(feature.verdict());
    out.close();
    out.open("figure");
    Chart.of(feature, report.exportRules()).write(out, feature.name());
    out.open("figcaption").element("i", "", "class", "swatch reference").text(" reference ");
    out.element("i", "", "class", "swatch current").text(" current").close().close();
    if (feature.drifted()) {
      movements(feature, "What moved it");
    }
    out.open("ul");
    out.open("li").element("b", "Measure.").text(" " + feature.method() + ".").close();
    for (Evidence evidence : feature.evidence()) {
      out.open("li").element("b", label(evidence.name())).text(" " + evidence.text() + ".").close();
    }
    if (feature.verdict() instanceof DriftVerdict.InsufficientData few) {
      out.element("li", Figures.of(few.rowsNeeded()) + " more rows are needed.");
    }
    out.close();
    figures(feature);
    out.close().raw("\n");
  }

  private void movements(FeatureDrift feature, String heading) {
    List<Movement> movements = feature.movements();
    if (movements.isEmpty()) {
      return;
    }
    out.element("h4", heading).open("ol");
    for (Movement movement : movements.subList(0, Math.min(MOVED, movements.size()))) {
      out.open("li");
      movement(movement);
      out.close();
    }
    out.close();
  }

  private static String label(String evidence) {
    return switch (evidence.replace("missing: ", "")) {
      case "psi" -> "Stability index.";
      case "rows" -> "Rows.";
      case "kolmogorov-smirnov", "chi-square", "z" -> "Significance.";
      default -> "Effect.";
    };
  }

  private void figures(FeatureDrift feature) {
    List<List<String>> rows = new ArrayList<>();
    if (feature.reference() instanceof NumberProfile before) {
      NumberProfile after = (NumberProfile) feature.current();
      rows.add(row("present", before, after, NumberProfile::present));
      rows.add(row("missing", before, after, NumberProfile::missing));
      rows.add(row("mean", before, after, NumberProfile::mean));
      rows.add(row("deviation", before, after, NumberProfile::deviation));
      boolean extremes = report.exportRules().extremes();
      if (extremes) {
        rows.add(row("minimum", before, after, NumberProfile::min));
      }
      rows.add(row("median", before, after, numbers -> median(numbers, extremes)));
      if (extremes) {
        rows.add(row("maximum", before, after, NumberProfile::max));
      }
    } else {
      CategoryProfile before = (CategoryProfile) feature.reference();
      CategoryProfile after = (CategoryProfile) feature.current();
      rows.add(row("present", before, after, CategoryProfile::present));
      rows.add(row("missing", before, after, CategoryProfile::missing));
      rows.add(row("categories", before, after, DriftSection::categories));
      rows.add(row(before.namesAll() ? "unseen" : "others", before, after, CategoryProfile::rest));
    }
    out.open("details").element("summary", "Figures");
    Tables.write(out, "Figures of " + feature.name(), List.of("", REFERENCE, CURRENT), rows);
    if (!feature.drifted()) {
      movements(feature, "What differs most");
    }
    out.close();
  }

  /** NaN if the median is a suppressed extreme. */
  private static double median(NumberProfile numbers, boolean extremes) {
    double median = numbers.quantile(0.5);
    return extremes || (median > numbers.min() && median < numbers.max()) ? median : Double.NaN;
  }

  private static <T> List<String> row(String name, T before, T after, ToDoubleFunction<T> figure) {
    return List.of(
        name, Figures.of(figure.applyAsDouble(before)), Figures.of(figure.applyAsDouble(after)));
  }

  /** Counts the named categories that occur. */
  private static double categories(CategoryProfile side) {
    long[] counts = side.counts();
    double used = 0;
    for (int bin = 0; bin < counts.length - 1; bin++) {
      used += counts[bin] > 0 ? 1 : 0;
    }
    return used;
  }

  private void notCompared() {
    List<List<String>> rows = new ArrayList<>();
    for (SkippedColumn column : report.skipped()) {
      rows.add(List.of(column.name(), column.detail()));
    }
    report.onlyInReference().forEach(name -> rows.add(List.of(name, "only in the reference")));
    report.onlyInCurrent().forEach(name -> rows.add(List.of(name, "only in the current rows")));
    if (!rows.isEmpty()) {
      Tables.write(out, "Not compared", List.of("Column", "Why"), rows);
    }
  }
}
