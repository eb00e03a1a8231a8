package io.mlops4j.runtime.card;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Feature;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.MonitoringDuty;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.Block.Column;
import io.mlops4j.runtime.internal.card.Block.Fact;
import io.mlops4j.runtime.internal.card.Block.Style;
import io.mlops4j.runtime.internal.card.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sections of a card's page, the most important first. */
final class CardSections {
  private static final int ROWS = 5;

  private final List<Block> blocks = new ArrayList<>();
  private final ModelCard card;

  private CardSections(ModelCard card) {
    this.card = card;
  }

  static List<Block> of(@Nullable ModelVersion version, ModelCard card) {
    CardSections sections = new CardSections(card);
    sections.summary(version);
    sections.quality();
    sections.monitoring();
    sections.interfaces();
    sections.origin();
    sections.making();
    sections.goldenRows();
    return List.copyOf(sections.blocks);
  }

  private static Column text(String head) {
    return new Column(head, Style.TEXT);
  }

  private static Column code(String head) {
    return new Column(head, Style.CODE);
  }

  private static Column number(String head) {
    return new Column(head, Style.NUMBER);
  }

  private void heading(String text) {
    blocks.add(new Block.Heading(text));
  }

  private void table(String caption, List<Column> columns, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      blocks.add(new Block.Table(caption, columns, rows));
    }
  }

  private void summary(@Nullable ModelVersion version) {
    card.description().ifPresent(text -> blocks.add(new Block.Text(text)));
    List<Fact> facts = new ArrayList<>();
    card.owner().ifPresent(owner -> facts.add(new Fact("Owner", owner, Style.TEXT)));
    card.licence().ifPresent(licence -> facts.add(new Fact("Licence", licence, Style.TEXT)));
    card.tier()
        .ifPresent(tier -> facts.add(new Fact("Tier", tier + " (1 is most material)", Style.TEXT)));
    if (!card.regions().isEmpty()) {
      String regions = String.join(", ", card.regions());
      facts.add(new Fact("May be loaded in", regions, Style.TEXT));
    }
    if (version != null) {
      facts.add(new Fact("Bytes", version.digest().toString(), Style.CODE));
    }
    List<String> missing = missing();
    if (!missing.isEmpty()) {
      facts.add(new Fact("Not stated", String.join(", ", missing), Style.TEXT));
    }
    if (!facts.isEmpty()) {
      blocks.add(new Block.Facts(facts));
    }
    card.intendedUse()
        .ifPresent(
            use -> {
              heading("Intended use");
              blocks.add(new Block.Text(use));
            });
  }

  /** Returns the parts of a complete card that are absent. */
  private List<String> missing() {
    return Stream.of(
            missing("description", card.description().isEmpty()),
            missing("owner", card.owner().isEmpty()),
            missing("licence", card.licence().isEmpty()),
            missing("tier", card.tier().isEmpty()),
            missing("intended use", card.intendedUse().isEmpty()),
            missing("metrics", card.metrics().isEmpty() && card.slices().isEmpty()),
            missing("monitoring", card.monitoring().isEmpty()),
            missing("features", card.features().isEmpty() && card.signature().isEmpty()),
            missing("training data", card.trainedOn().isEmpty()),
            missing("evaluation data", card.evaluatedOn().isEmpty()),
            missing("commit", card.commit().isEmpty()),
            missing("golden rows", card.goldenRows().isEmpty()))
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> missing(String what, boolean isMissing) {
    return isMissing ? List.of(what) : List.of();
  }

  private void quality() {
    if (card.metrics().isEmpty() && card.slices().isEmpty()) {
      return;
    }
    heading("Metrics");
    Set<String> names = new TreeSet<>(card.metrics().keySet());
    card.slices().values().forEach(metrics -> names.addAll(metrics.keySet()));
    List<Column> columns = new ArrayList<>(List.of(text("Rows")));
    names.forEach(name -> columns.add(number(name)));
    List<List<String>> rows = new ArrayList<>();
    if (!card.metrics().isEmpty()) {
      rows.add(row("all", names, card.metrics()));
    }
    card.slices().forEach((slice, metrics) -> rows.add(row(slice.toString(), names, metrics)));
    String on = String.join(", ", card.evaluatedOn().stream().map(DatasetRef::name).toList());
    table(on.isEmpty() ? "Metrics" : "Metrics, measured on " + on, columns, rows);
  }

  private static List<String> row(String head, Set<String> names, Map<String, Double> metrics) {
    return Stream.concat(
            Stream.of(head),
            names.stream().map(metrics::get).map(value -> value == null ? "" : Shown.number(value)))
        .toList();
  }

  private void monitoring() {
    if (!card.monitoring().isEmpty()) {
      heading("Monitoring");
      table(
          "Duties while the model serves",
          List.of(text("Metric"), text("Every"), text("Owner"), text("Action")),
          card.monitoring().stream().map(this::row).toList());
    }
  }

  private List<String> row(MonitoringDuty duty) {
    String owner = duty.owner().isEmpty() ? card.owner().orElse("") : duty.owner();
    return List.of(duty.metric(), Shown.every(duty.interval()), owner, duty.action());
  }

  private void interfaces() {
    boolean ruled = !card.featureRules().isEmpty() || card.lenientColumns();
    if (card.features().isEmpty() && card.signature().isEmpty() && !ruled) {
      return;
    }
    heading("Inputs and outputs");
    card.features()
        .ifPresent(
            schema -> {
              List<List<String>> rows = new ArrayList<>();
              for (Feature feature : schema.features()) {
                rows.add(row(rows.size() + 1, feature));
              }
              table(
                  "Features, in the order of the model's input",
                  List.of(
                      text("Feature"),
                      number("Position"),
                      text("Column"),
                      text("Type"),
                      text("Null")),
                  rows);
              narrowed(schema.features());
              if (!schema.keys().isEmpty()) {
                String keys = String.join(", ", schema.keys());
                blocks.add(new Block.Text("Keys, which are not inputs of the model: " + keys));
              }
            });
    table(
        "Rules for single features",
        List.of(text("Feature"), text("Column"), text("Type"), text("Null")),
        card.featureRules().stream().map(CardSections::row).toList());
    narrowed(card.featureRules());
    if (card.lenientColumns()) {
      blocks.add(
          new Block.Text(
              "Lenient columns: a column may have a wider type, with each value checked, and a null"
                  + " becomes NaN where the model takes floats and the feature says nothing else."));
    }
    card.signature()
        .ifPresent(
            signature -> {
              List<List<String>> rows = new ArrayList<>();
              signature.inputs().forEach(spec -> rows.add(row("input", spec)));
              signature.outputs().forEach(spec -> rows.add(row("output", spec)));
              table(
                  "Signature in the model's bytes",
                  List.of(text("Name"), text("Kind"), text("Type")),
                  rows);
            });
  }

  private void narrowed(List<Feature> features) {
    List<String> narrowed =
        features.stream()
            .filter(feature -> feature.narrowing() == Narrowing.CHECKED)
            .map(Feature::name)
            .toList();
    if (!narrowed.isEmpty()) {
      blocks.add(
          new Block.Text(
              "Features whose columns may have a wider type, with each value checked: "
                  + String.join(", ", narrowed)));
    }
  }

  private static List<String> row(int place, Feature feature) {
    List<String> row = new ArrayList<>(row(feature));
    row.add(1, Integer.toString(place));
    return row;
  }

  private static List<String> row(Feature feature) {
    return List.of(
        feature.name(),
        feature.column(),
        feature.type().map(Object::toString).orElse("as the model"),
        Shown.nulls(feature.nulls()));
  }

  private static List<String> row(String kind, ValueSpec spec) {
    return List.of(spec.name(), kind, Shown.type(spec));
  }

  private void origin() {
    if (card.trainedOn().isEmpty() && card.evaluatedOn().isEmpty() && card.parents().isEmpty()) {
      return;
    }
    heading("Lineage");
    List<List<String>> data = new ArrayList<>();
    card.trainedOn().forEach(set -> data.add(row("training", set)));
    card.evaluatedOn().forEach(set -> data.add(row("evaluation", set)));
    table(
        "Data sets", List.of(text("Name"), text("Used for"), text("Period"), code("Digest")), data);
    Stream.concat(card.trainedOn().stream(), card.evaluatedOn().stream())
        .forEach(
            set ->
                set.query()
                    .ifPresent(
                        query -> blocks.add(new Block.Code("Query of " + set.name(), query))));
    table(
        "Parent versions",
        List.of(text("Version"), code("Bytes")),
        card.parents().stream()
            .map(parent -> List.of(parent.toString(), parent.digest().toString()))
            .toList());
  }

  private static List<String> row(String use, DatasetRef data) {
    String time =
        data.from().isPresent() ? Shown.time(data.from().get(), data.until().orElseThrow()) : "";
    String rows = data.rows().isPresent() ? data.rows().getAsLong() + " rows" : "";
    String both = time.isEmpty() || rows.isEmpty() ? time + rows : time + ", " + rows;
    return List.of(data.name(), use, both, data.digest().toString());
  }

  private void making() {
    if (card.commit().isEmpty() && card.parameters().isEmpty() && card.seeds().isEmpty()) {
      return;
    }
    heading("Training");
    card.commit()
        .ifPresent(
            commit -> blocks.add(new Block.Facts(List.of(new Fact("Commit", commit, Style.CODE)))));
    List<List<String>> rows = new ArrayList<>();
    card.parameters().forEach((name, value) -> rows.add(List.of(name, value)));
    card.seeds().forEach((name, seed) -> rows.add(List.of("seed of " + name, seed.toString())));
    table("Parameters and seeds", List.of(text("Name"), text("Value")), rows);
  }

  private void goldenRows() {
    card.goldenRows()
        .ifPresent(
            rows -> {
              heading("Golden rows");
              blocks.add(
                  new Block.Text(
                      "For %d row%s, the model returns these outputs within %s."
                          .formatted(
                              rows.rows(),
                              rows.rows() == 1 ? "" : "s",
                              Shown.number(rows.tolerance()))));
              golden(rows);
            });
  }

  private void golden(GoldenRows golden) {
    List<Column> columns = new ArrayList<>(List.of(number("Row")));
    golden.inputs().keySet().forEach(name -> columns.add(text(name)));
    golden.outputs().keySet().forEach(name -> columns.add(text("→ " + name)));
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < Math.min(ROWS, golden.rows()); i++) {
      int row = i;
      List<String> cells = new ArrayList<>(List.of(Integer.toString(row + 1)));
      golden.inputs().values().forEach(values -> cells.add(Shown.value(values.get(row))));
      golden.outputs().values().forEach(values -> cells.add(Shown.value(values.get(row))));
      rows.add(cells);
    }
    table(golden.rows() > ROWS ? "First " + ROWS + " rows" : "All rows", columns, rows);
  }
}
