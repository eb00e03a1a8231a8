package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Writes a drift report into a page: the verdict, all columns in a table, a card for each. */
final class DriftSection {
  private static final String REFERENCE = "Reference";
  private static final String CURRENT = "Current";

  /** So many columns are found without a search. */
  private static final int FEW = 5;

  /** So many of the values that moved a column are told. */
  private static final int MOVED = 5;

  /** So many drifted columns are named in the headline. */
  private static final int NAMED = 5;

  private final Markup out;
  private final String id;

  DriftSection(Markup out, String id) {
    this.out = out;
    this.id = id;
  }

  void write(String heading, DriftReport report) {
    out.open("section", "aria-labelledby", id, "class", "drift");
    out.element("h2", heading, "id", id);
    verdict(report);
    moved(report);
    report.predictionShift().ifPresent(this::predictionShift);
    if (!report.slices().isEmpty()) {
      new SliceSection(out).write(report);
    }
    if (!report.features().isEmpty()) {
      search(report);
      summary(report);
      method();
      out.open("div", "class", "cards");
      report.features().forEach(this::card);
      out.close();
    }
    notCompared(report);
    out.close().raw("\n");
  }

  private void verdict(DriftReport report) {
    String tone = report.driftedFeatures().isEmpty() ? isJudged(report) : "alarm";
    out.open("p", "class", "notice " + tone).open("strong").words(headline(report)).close();
    out.text(" ");
    out.text(
        "%s rows were compared with %s rows of the reference."
            .formatted(Figures.of(report.current().rows()), Figures.of(report.reference().rows())));
    if (!report.driftedFeatures().isEmpty()) {
      out.text(extent(report));
    }
    out.close();
    if (!report.keysNotJudged().isEmpty()) {
      String names = String.join(", ", report.keysNotJudged());
      out.element(
          "p",
          "Key columns of which nothing can be said: " + names + ".",
          "class",
          "notice neutral");
    }
    String subject = report.subject().toString();
    out.element(
        "p",
        (subject.isEmpty() ? "" : subject + ". ") + digests(report.reference(), report.current()),
        "class",
        "fine");
  }

  /** Why drift is widespread or not. */
  private static String extent(DriftReport report) {
    String share = Figures.percent(report.policy().dataSetBound());
    if (!report.driftedKeys().isEmpty()) {
      return " Drift is widespread, as a key column drifted: "
          + String.join(", ", report.driftedKeys())
          + ".";
    }
    if (report.dataSet() == DataSetDrift.WIDESPREAD) {
      return " Drift is widespread, as at least " + share + " of the columns drifted.";
    }
    return " Widespread drift takes "
        + share
        + " of the columns"
        + (report.policy().keyFeatures().isEmpty() ? "." : " or a key column.");
  }

  /** The first reason of each drifted column, in words. */
  private void moved(DriftReport report) {
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
        "The mean prediction went from %s to %s: %s \u00b1 %s, by %s current and %s reference rows."
                .formatted(
                    Figures.of(shift.referenceMean()),
                    Figures.of(shift.currentMean()),
                    Figures.signed(shift.shift().value()),
                    Figures.of(shift.shift().margin()),
                    Figures.of((long) shift.currentRows()),
                    Figures.of((long) shift.referenceRows()))
            + " A feature explains by how much that falls when it alone is put back to the"
            + " reference; \u00b1 is a 95 % interval.");
    List<List<String>> rows = new ArrayList<>();
    shift.parts().forEach(part -> rows.add(row(part.feature(), part.explained())));
    rows.add(row("together, and others", shift.remainder()));
    rows.add(row("in all", shift.shift()));
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
    out.text(movement.value() + ": " + movement.change());
    out.element(
        "span",
        ", " + Figures.percent(movement.contribution()) + " of the effect",
        "class",
        "fine");
  }

  private void search(DriftReport report) {
    if (report.features().size() > FEW) {
      String field = id + "-search";
      out.open("p", "class", "search", "hidden", "");
      out.element("label", "Find a column ", "for", field);
      out.raw("<input type=\"search\" autocomplete=\"off\" id=\"" + field + "\">");
      out.open("output", "for", field).close().close();
    }
  }

  private static String isJudged(DriftReport report) {
    return report.judgedColumns() > 0 ? "good" : "neutral";
  }

  private static String headline(DriftReport report) {
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

  private static String digests(Profile reference, Profile current) {
    return "Profiles: reference %s, current %s"
        .formatted(reference.digest().abbreviated(), current.digest().abbreviated());
  }

  private void summary(DriftReport report) {
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
    int rank = feature.drifted() ? 0 : feature.urgency() < 0 ? 2 : 1;
    out.close().open("td", "data-sort", rank);
    badge(feature.verdict());
    out.close()
        .open("td", "class", "effect", "data-sort", Float.toString((float) feature.urgency()));
    Meter.write(out, feature.verdict());
    out.close();
    String sort = Float.toString((float) adjusted(feature.verdict()));
    out.element("td", adjustedText(feature.verdict()), "class", "number", "data-sort", sort);
    out.close();
  }

  private static String adjustedText(DriftVerdict verdict) {
    double adjusted = adjusted(verdict);
    return Double.isNaN(adjusted) ? "none" : Figures.pValue(adjusted);
  }

  /** NaN with too few rows. */
  private static double adjusted(DriftVerdict verdict) {
    if (verdict instanceof DriftVerdict.Drifted drifted) {
      return drifted.adjustedPValue();
    }
    return verdict instanceof DriftVerdict.Stable stable ? stable.adjustedPValue() : Double.NaN;
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
        "A column has drifted when its effect reaches the bound (the tick on the bar) and chance is"
            + " an unlikely reason: the p-value of its test, adjusted over all columns by Benjamini"
            + " and Hochberg, is small enough. Many rows make every p-value small, so the effect"
            + " decides; few rows make effects large by chance, so the test decides.");
    out.element(
        "p",
        "What moved a column are the values that its effect is made of: categories, numbers, or"
            + " tenths of the reference, each with its share before and after, and its part of the"
            + " effect.");
    out.element(
        "p",
        "The charts show shares of the rows: the reference filled, the current rows outlined or in"
            + " the stronger colour. Of many categories those that moved most are drawn. Rows are taken to be exchangeable: a month with five Mondays"
            + " differs from one with four.");
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
    Chart.of(feature.columns()).write(out, feature.name());
    out.open("figcaption").element("i", "", "class", "swatch reference").text(" reference ");
    out.element("i", "", "class", "swatch current").text(" current").close().close();
    if (feature.drifted()) {
      movements(feature, "What moved it");
    }
    out.open("ul");
    out.open("li").element("b", "Measure.").text(" " + feature.selection() + ".").close();
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
      boolean extremes = ((NumberPair) feature.columns()).rules().extremes();
      if (extremes) {
        rows.add(row("least", before, after, NumberProfile::min));
      }
      rows.add(row("median", before, after, numbers -> median(numbers, extremes)));
      if (extremes) {
        rows.add(row("greatest", before, after, NumberProfile::max));
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

  /** None where it is an extreme value that is not to be told. */
  private static double median(NumberProfile numbers, boolean extremes) {
    double median = numbers.quantile(0.5);
    return extremes || (median > numbers.min() && median < numbers.max()) ? median : Double.NaN;
  }

  private static <T> List<String> row(String name, T before, T after, ToDoubleFunction<T> figure) {
    return List.of(
        name, Figures.of(figure.applyAsDouble(before)), Figures.of(figure.applyAsDouble(after)));
  }

  /** Named categories that occur. */
  private static double categories(CategoryProfile side) {
    long[] counts = side.counts();
    double used = 0;
    for (int bin = 0; bin < counts.length - 1; bin++) {
      used += counts[bin] > 0 ? 1 : 0;
    }
    return used;
  }

  private void notCompared(DriftReport report) {
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
