package io.mlops4j.runtime.card;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.MonitoringDuty;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.Slice;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.Cards;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.Models;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CardDiffTest {
  private static List<String> changes(ModelCard.Builder before, ModelCard.Builder after) {
    return CardDiff.of(before.build(), after.build()).changes().stream()
        .map(CardChange::toString)
        .toList();
  }

  private static ModelCard.Builder card() {
    return ModelCard.builder("m");
  }

  @Test
  void ofEqualCardsIsEmpty() {
    CardDiff none = CardDiff.of(Cards.complete(), Cards.complete());
    assertThat(none.changes()).isEmpty();
    assertThat(none).hasToString("flight-delay -> flight-delay: nothing changed");
    assertThat(none.markdown()).isEqualTo("# flight-delay → flight-delay\n\nNothing changed.\n");
  }

  @Test
  void statementsTellTheirTexts() {
    assertThat(
            changes(
                card().owner("a").tier(2).description("same"),
                ModelCard.builder("n").owner("b").licence("MIT").description("same")))
        .containsExactly("name: m -> n", "owner: a -> b", "tier: removed 2", "licence: added MIT");
  }

  @Test
  void featuresTellTypeNullsColumnAndPlace() {
    FeatureSchema before =
        FeatureSchema.of(
                Feature.of("a", ElementType.INT16),
                Feature.of("b"),
                Feature.of("c"),
                Feature.of("d"),
                Feature.of("gone", ElementType.BOOL))
            .withKey("id");
    FeatureSchema after =
        FeatureSchema.of(
                Feature.of("new").withNulls(NullPolicy.nan()).withNarrowing(Narrowing.CHECKED),
                Feature.of("a", ElementType.INT32),
                Feature.of("d"),
                Feature.of("b").withNulls(NullPolicy.replaceWith("x")),
                Feature.of("c").withColumn("see").withNarrowing(Narrowing.CHECKED))
            .withKey("key");
    assertThat(changes(card().features(before), card().features(after)))
        .containsExactly(
            "feature gone: removed bool, a null is refused",
            "feature new: added as the model, a null becomes NaN, a wider type is narrowed",
            "feature a: type int16 -> int32",
            "feature b: nulls is refused -> becomes \"x\"",
            "feature c: column c -> see",
            "feature c: narrowing refused -> checked",
            "feature d: moved 4 -> 3",
            "key id: removed",
            "key key: added");
    assertThat(
            changes(
                card().features(FeatureSchema.ofNames("a", "b")).feature(Feature.of("b")),
                card()
                    .features(FeatureSchema.ofNames("a", "b"))
                    .feature(Feature.of("b").withNulls(NullPolicy.nan()))
                    .feature(Feature.of("c"))
                    .lenientColumns()))
        .containsExactly(
            "lenient columns: added",
            "feature b: nulls is refused -> becomes NaN",
            "feature c: added as the model, a null is refused");
    assertThat(changes(card(), card().features(FeatureSchema.ofNames("a"))))
        .containsExactly("feature a: added as the model, a null is refused");
  }

  /** Moving those that are told, and only those, makes the old order the new one. */
  @Test
  void theFewestFeaturesMove() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      List<String> old =
          new ArrayList<>(List.of("a", "b", "c", "d", "e", "f", "g").subList(0, random.nextInt(8)));
      List<String> now = new ArrayList<>(old);
      Collections.shuffle(now, random);
      List<String> moved =
          CardDiff.of(card().features(schema(old)).build(), card().features(schema(now)).build())
              .changes()
              .stream()
              .map(CardChange::name)
              .toList();
      List<String> stayedBefore = new ArrayList<>(old);
      stayedBefore.removeAll(moved);
      List<String> stayedAfter = new ArrayList<>(now);
      stayedAfter.removeAll(moved);
      assertThat(stayedAfter).as(old + " to " + now).isEqualTo(stayedBefore);
      assertThat(stayedAfter).as(old + " to " + now).hasSize(longestRise(old, now));
    }
  }

  private static FeatureSchema schema(List<String> names) {
    return FeatureSchema.ofNames(names.toArray(String[]::new));
  }

  /** By trying all subsets. */
  private static int longestRise(List<String> old, List<String> now) {
    int best = 0;
    for (int subset = 0; subset < 1 << now.size(); subset++) {
      int last = -1;
      boolean rises = true;
      for (int i = 0; i < now.size(); i++) {
        if ((subset >> i & 1) == 1) {
          int place = old.indexOf(now.get(i));
          rises &= place > last;
          last = place;
        }
      }
      best = rises ? Math.max(best, Integer.bitCount(subset)) : best;
    }
    return best;
  }

  @Test
  void metricsTellHowFarTheyMoved() {
    Slice las = Slice.of("origin", "LAS");
    assertThat(
            changes(
                card().metric("roc_auc", 0.635).metric("roc_auc", las, 0.6).metric("old", 1),
                card()
                    .metric("roc_auc", 0.644)
                    .metric("roc_auc", las, 0.5)
                    .metric("new", Double.parseDouble("2e23"))))
        .containsExactly(
            "metric old: removed 1.0",
            "metric roc_auc: 0.635 -> 0.644 (+0.009)",
            "metric roc_auc where origin=LAS: 0.6 -> 0.5 (-0.1)",
            "metric new: added 2.0E23");
  }

  @Test
  void originsTellDigestsTimesAndQueries() {
    DatasetRef data = DatasetRef.of("flights", Models.MLP4);
    assertThat(
            changes(
                card().trainedOn(data).trainedOn(data).parent(Cards.PARENT).seed("s", 1),
                card()
                    .trainedOn(data)
                    .trainedOn(data.withQuery("select 1"))
                    .evaluatedOn(DatasetRef.of("flights", Models.MLP4_WRONG))
                    .parameter("p", "")
                    .regions("us")
                    .monitored(MonitoringDuty.of("psi", Duration.ofDays(2)).withOwner("me"))))
        .containsExactly(
            "region us: added",
            "data training flights (2): " + Models.MLP4 + " -> " + Models.MLP4 + ", select 1",
            "data evaluation flights: added " + Models.MLP4_WRONG,
            "parameter p: added",
            "seed s: removed 1",
            "parent flight-delay:1: removed " + Models.MLP4,
            "monitoring psi: added every 2 days, by me");
  }

  @Test
  void everyFieldThatDiffersIsToldAndSaysWhere() {
    CardDiff diff = CardDiff.of(ModelCard.builder("flight-delay").build(), Cards.complete());
    assertThat(diff.changes()).extracting(CardChange::kind).containsOnly(CardChange.Kind.ADDED);
    List<CardChange.Area> all = new ArrayList<>(Arrays.asList(CardChange.Area.values()));
    all.remove(CardChange.Area.BYTES);
    assertThat(diff.changes()).extracting(CardChange::area).containsAll(all);
    assertThat(diff.toString())
        .contains("signature input x: added float32[N, 5, ?, 3]")
        .contains("signature input scalar: added bfloat16[]?")
        .contains("signature output scores: added sequence(map(int64, float32[...]))?")
        .contains("golden rows: added 3 within 1.0E-6, sha256:");
  }

  @Test
  void versionsAreComparedWithTheirBytesForPeopleAndTools(@TempDir Path temp) throws Exception {
    try (ModelRegistry registry = FileModelRegistry.open(temp.resolve("registry"))) {
      ModelVersion one =
          registry.publish(card().metric("a|b", 1).build(), Models.mlp4(temp.resolve("one")));
      ModelVersion two =
          registry.publish(card().metric("a|b", 2).build(), Models.mlp4Wrong(temp.resolve("two")));
      CardDiff diff = CardDiff.of(registry, one, two);
      assertThat(diff)
          .hasToString(
              "m:1 -> m:2:\n  bytes: "
                  + Models.MLP4
                  + " -> "
                  + Models.MLP4_WRONG
                  + "\n  metric a|b: 1.0 -> 2.0 (+1)");
      assertThat(diff.markdown())
          .startsWith("# m:1 → m:2\n\n**Changes**\n\n| Subject | Change | Before | After |\n")
          .endsWith("| metric a\\|b | changed | 1.0 | 2.0 (+1) |\n");
      assertThat(diff.json())
          .isEqualTo(
              """
              {
                "after" : "m:2",
                "before" : "m:1",
                "changes" : [ {
                  "after" : "%s",
                  "area" : "bytes",
                  "before" : "%s",
                  "kind" : "changed",
                  "name" : "bytes"
                }, {
                  "after" : "2.0",
                  "area" : "metric",
                  "before" : "1.0",
                  "kind" : "changed",
                  "name" : "a|b"
                } ],
                "format" : "mlops4j-card-diff",
                "version" : 1
              }
              """
                  .formatted(Models.MLP4_WRONG, Models.MLP4));
      assertThat(diff).isEqualTo(CardDiff.of(registry, one, two)).hasSameHashCodeAs(diff);
      assertThat(CardDiff.of(registry, one, one).changes()).isEmpty();
    }
  }
}
