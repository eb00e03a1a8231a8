package io.mlops4j.runtime.card;

import com.fasterxml.jackson.core.io.NumberOutput;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.MonitoringDuty;
import io.mlops4j.model.Narrowing;
import io.mlops4j.runtime.card.CardChange.Area;
import io.mlops4j.runtime.card.CardChange.Kind;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.card.Shown;
import io.mlops4j.runtime.internal.document.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compares two cards: each area is a map of names to texts. */
final class CardComparison {
  private final List<CardChange> changes = new ArrayList<>();

  private CardComparison() {}

  static List<CardChange> of(ModelCard before, ModelCard after) {
    CardComparison comparison = new CardComparison();
    comparison.compare(Area.STATEMENT, before, after, CardComparison::statements);
    comparison.compare(Area.REGION, before, after, card -> self(card.regions()));
    comparison.compare(Area.SIGNATURE, before, after, CardComparison::signature);
    comparison.features(features(before), features(after));
    comparison.compare(Area.KEY, before, after, card -> self(keys(card)));
    comparison.compare(Area.DATA, before, after, CardComparison::data);
    comparison.compare(Area.METRIC, before, after, CardComparison::metrics);
    comparison.compare(Area.PARAMETER, before, after, ModelCard::parameters);
    comparison.compare(Area.SEED, before, after, CardComparison::seeds);
    comparison.compare(Area.PARENT, before, after, CardComparison::parents);
    comparison.compare(Area.MONITORING, before, after, CardComparison::duties);
    comparison.compare(Area.GOLDEN_ROWS, before, after, CardComparison::goldenRows);
    return List.copyOf(comparison.changes);
  }

  private void compare(
      Area area, ModelCard before, ModelCard after, Function<ModelCard, Map<String, String>> part) {
    Map<String, String> old = part.apply(before);
    Map<String, String> now = part.apply(after);
    old.forEach(
        (name, text) -> {
          if (!text.equals(now.get(name))) {
            Kind kind = now.containsKey(name) ? Kind.CHANGED : Kind.REMOVED;
            add(area, name, kind, text, now.get(name));
          }
        });
    now.forEach(
        (name, text) -> {
          if (!old.containsKey(name)) {
            add(area, name, Kind.ADDED, null, text);
          }
        });
  }

  private void add(
      Area area, String name, Kind kind, @Nullable String before, @Nullable String after) {
    changes.add(
        new CardChange(area, name, kind, Optional.ofNullable(before), Optional.ofNullable(after)));
  }

  private static Map<String, String> statements(ModelCard card) {
    Map<String, String> texts = new LinkedHashMap<>(Map.of("name", card.name()));
    card.description().ifPresent(text -> texts.put("description", text));
    card.owner().ifPresent(text -> texts.put("owner", text));
    card.licence().ifPresent(text -> texts.put("licence", text));
    card.intendedUse().ifPresent(text -> texts.put("intended use", text));
    card.tier().ifPresent(tier -> texts.put("tier", Integer.toString(tier)));
    card.commit().ifPresent(text -> texts.put("commit", text));
    if (card.lenientColumns()) {
      texts.put("lenient columns", "lenient columns");
    }
    return texts;
  }

  private static Map<String, String> self(Iterable<String> names) {
    Map<String, String> texts = new LinkedHashMap<>();
    names.forEach(name -> texts.put(name, name));
    return texts;
  }

  /** Adds a text; a name that is taken gets a number. */
  private static void put(Map<String, String> texts, String name, String text) {
    String unique = name;
    for (int i = 2; texts.containsKey(unique); i++) {
      unique = name + " (" + i + ")";
    }
    texts.put(unique, text);
  }

  private static Map<String, String> signature(ModelCard card) {
    Map<String, String> texts = new LinkedHashMap<>();
    card.signature()
        .ifPresent(
            signature -> {
              signature.inputs().forEach(in -> put(texts, "input " + in.name(), Shown.type(in)));
              signature.outputs().forEach(o -> put(texts, "output " + o.name(), Shown.type(o)));
            });
    return texts;
  }

  private static List<String> keys(ModelCard card) {
    return card.features().map(FeatureSchema::keys).orElse(List.of());
  }

  private static Map<String, String> data(ModelCard card) {
    Map<String, String> texts = new LinkedHashMap<>();
    card.trainedOn().forEach(data -> put(texts, "training " + data.name(), text(data)));
    card.evaluatedOn().forEach(data -> put(texts, "evaluation " + data.name(), text(data)));
    return texts;
  }

  private static String text(DatasetRef data) {
    return data.digest()
        + data.from().map(from -> ", " + Shown.time(from, data.until().orElseThrow())).orElse("")
        + (data.rows().isPresent() ? ", " + data.rows().getAsLong() + " rows" : "")
        + data.query().map(query -> ", " + query).orElse("");
  }

  private static Map<String, String> metrics(ModelCard card) {
    Map<String, String> texts = new LinkedHashMap<>();
    card.metrics().forEach((name, value) -> texts.put(name, text(value)));
    card.slices()
        .forEach(
            (slice, metrics) ->
                metrics.forEach((name, v) -> put(texts, name + " where " + slice, text(v))));
    return texts;
  }

  /** Formats a number. Double.toString differs between JDK 17 and 19. */
  private static String text(double value) {
    return NumberOutput.toString(value, true);
  }

  private static Map<String, String> seeds(ModelCard card) {
    Map<String, String> texts = new LinkedHashMap<>();
    card.seeds().forEach((name, seed) -> texts.put(name, seed.toString()));
    return texts;
  }

  private static Map<String, String> parents(ModelCard card) {
    Map<String, String> texts = new LinkedHashMap<>();
    card.parents().forEach(version -> put(texts, version.toString(), version.digest().toString()));
    return texts;
  }

  private static Map<String, String> duties(ModelCard card) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (MonitoringDuty duty : card.monitoring()) {
      String owner = duty.owner().isEmpty() ? "" : ", by " + duty.owner();
      String action = duty.action().isEmpty() ? "" : ", " + duty.action();
      put(texts, duty.metric(), "every " + Shown.every(duty.interval()) + owner + action);
    }
    return texts;
  }

  private static Map<String, String> goldenRows(ModelCard card) {
    return card.goldenRows().map(rows -> Map.of("golden rows", text(rows))).orElse(Map.of());
  }

  private static String text(GoldenRows rows) {
    Digest digest = Digest.sha256(Json.write(CardDocument.write(rows)));
    return rows.rows() + " within " + text(rows.tolerance()) + ", " + digest;
  }

  /** Returns the features after the rules for some of them, which have no order. */
  private static List<Feature> features(ModelCard card) {
    Map<String, Feature> features = new LinkedHashMap<>();
    card.features()
        .ifPresent(schema -> schema.features().forEach(one -> features.put(one.name(), one)));
    card.featureRules().forEach(rule -> features.put(rule.name(), rule));
    return List.copyOf(features.values());
  }

  private void features(List<Feature> before, List<Feature> after) {
    Map<String, Integer> old = places(before);
    Map<String, Integer> now = places(after);
    for (Feature feature : before) {
      if (!now.containsKey(feature.name())) {
        add(Area.FEATURE, feature.name(), Kind.REMOVED, text(feature), null);
      }
    }
    for (Feature feature : after) {
      Integer place = old.get(feature.name());
      if (place == null) {
        add(Area.FEATURE, feature.name(), Kind.ADDED, null, text(feature));
      } else {
        feature(before.get(place), feature);
      }
    }
    for (String name : moved(old, after)) {
      String from = Integer.toString(old.getOrDefault(name, 0) + 1);
      String to = Integer.toString(now.getOrDefault(name, 0) + 1);
      add(Area.FEATURE, name, Kind.MOVED, from, to);
    }
  }

  private static Map<String, Integer> places(List<Feature> features) {
    Map<String, Integer> places = new HashMap<>();
    features.forEach(feature -> places.put(feature.name(), places.size()));
    return places;
  }

  private void feature(Feature before, Feature after) {
    change(before, after, Kind.TYPE, CardComparison::type);
    change(before, after, Kind.NULLS, feature -> Shown.nulls(feature.nulls()));
    change(before, after, Kind.COLUMN, Feature::column);
    change(before, after, Kind.NARROWING, feature -> feature.narrowing().toString());
  }

  private void change(
      Feature before, Feature after, Kind kind, Function<Feature, String> property) {
    String old = property.apply(before);
    String now = property.apply(after);
    if (!old.equals(now)) {
      add(Area.FEATURE, after.name(), kind, old, now);
    }
  }

  private static String type(Feature feature) {
    return feature.type().map(Object::toString).orElse("as the model");
  }

  private static String text(Feature feature) {
    return type(feature)
        + ", a null "
        + Shown.nulls(feature.nulls())
        + (feature.narrowing() == Narrowing.CHECKED ? ", a wider type is narrowed" : "");
  }

  /**
   * Returns the smallest set of kept features whose move explains the new order: the features
   * outside a longest increasing subsequence of old positions.
   */
  private static List<String> moved(Map<String, Integer> old, List<Feature> after) {
    List<String> stayed = after.stream().map(Feature::name).filter(old::containsKey).toList();
    int[] places = stayed.stream().mapToInt(name -> old.getOrDefault(name, 0)).toArray();
    int[] tails = new int[places.length]; // lowest last position of the subsequences of each length
    int[] lengths = new int[places.length]; // length of the longest subsequence that ends here
    int longest = 0;
    for (int i = 0; i < places.length; i++) {
      int at = -1 - Arrays.binarySearch(tails, 0, longest, places[i]);
      tails[at] = places[i];
      lengths[i] = at + 1;
      longest = Math.max(longest, at + 1);
    }
    List<String> moved = new ArrayList<>();
    int wanted = longest;
    int below = Integer.MAX_VALUE;
    for (int i = places.length - 1; i >= 0; i--) {
      if (lengths[i] == wanted && places[i] < below) {
        below = places[i];
        wanted--;
      } else {
        moved.add(0, stayed.get(i));
      }
    }
    return moved;
  }
}
