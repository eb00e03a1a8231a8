package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.TensorSpec.Dim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CardTest {
  private static final Digest DIGEST = Digest.sha256(new byte[] {1});
  private static final Slice LAS = Slice.of("origin", "LAS");
  private static final ModelVersion PARENT = new ModelVersion("flight-delay", 1, DIGEST);
  private static final MonitoringDuty DUTY =
      MonitoringDuty.of("roc_auc", Duration.ofDays(7)).withOwner("ops-ml").withAction("roll back");
  private static final ModelSignature SIGNATURE =
      new ModelSignature(
          List.of(TensorSpec.ofAnyRank("x", ElementType.FLOAT32)),
          List.of(TensorSpec.ofAnyRank("y", ElementType.FLOAT32)));

  @Nested
  class Golden {
    @Test
    void keepColumnsInOrderAndValuesAsGiven() {
      GoldenRows rows =
          GoldenRows.within(1e-6)
              .withInput("distance", 2176, null)
              .withInput("origin", "LAS", "PHL")
              .withOutput("probability", 0.25, 0.5);
      assertThat(rows.rows()).isEqualTo(2);
      assertThat(rows.tolerance()).isEqualTo(1e-6);
      assertThat(rows.inputs().keySet()).containsExactly("distance", "origin");
      assertThat(rows.inputs().get("distance")).containsExactly(2176, null);
      assertThat(rows.outputs().get("probability")).containsExactly(0.25, 0.5);
      assertThat(rows).hasToString("2 golden rows within 1.0E-6");
    }

    @Test
    void areNeverChangedByAdding() {
      GoldenRows one = GoldenRows.within(0).withInput("a", 1);
      Object[] values = {2};
      GoldenRows two = one.withInput("b", values);
      values[0] = 3;
      assertThat(one.inputs()).containsOnlyKeys("a");
      assertThat(two.inputs().get("b")).containsExactly(2);
      assertThatThrownBy(() -> two.inputs().clear())
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> two.inputs().get("b").set(0, 4))
          .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void holdOneTypeInAColumn() {
      GoldenRows rows =
          GoldenRows.within(0)
              .withInput("whole", 1, 2L, null)
              .withInput("mixed", 1, 2.5, null)
              .withInput("short", (short) 1, (short) 2, null);
      assertThat(rows.inputs().get("whole")).containsExactly(1L, 2L, null);
      assertThat(rows.inputs().get("mixed")).containsExactly(1.0, 2.5, null);
      assertThat(rows.inputs().get("short")).containsExactly((short) 1, (short) 2, null);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> GoldenRows.within(0).withInput("x", 1, "text"));
    }

    @Test
    void refuseWhatCannotBeCompared() {
      GoldenRows one = GoldenRows.within(0).withInput("a", 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> one.withOutput("y", 1, 2))
          .withMessage("y: found 2 rows, expected 1 as in the others");
      assertThatIllegalArgumentException().isThrownBy(() -> one.withInput("a", 1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> one.withInput("b", Optional.of(1)))
          .withMessageContaining("expected a number");
      for (double tolerance : new double[] {-1e-9, Double.NaN, Double.POSITIVE_INFINITY}) {
        assertThatIllegalArgumentException().isThrownBy(() -> GoldenRows.within(tolerance));
      }
    }

    @Test
    void areComparedByValue() {
      GoldenRows one = GoldenRows.within(0).withInput("a", 1).withOutput("y", 2);
      assertThat(one)
          .isEqualTo(GoldenRows.within(0).withInput("a", 1).withOutput("y", 2))
          .hasSameHashCodeAs(GoldenRows.within(0).withInput("a", 1).withOutput("y", 2))
          .isNotEqualTo(GoldenRows.within(1).withInput("a", 1).withOutput("y", 2))
          .isNotEqualTo(GoldenRows.within(0).withInput("a", 1.0).withOutput("y", 2));
    }
  }

  @Nested
  class Schemas {
    @Test
    void keepTheOrderAndTheKeys() {
      FeatureSchema schema = FeatureSchema.ofNames("b", "a").withKey("id").withKey("day");
      assertThat(schema.features()).extracting(Feature::name).containsExactly("b", "a");
      assertThat(schema.keys()).containsExactly("id", "day");
      assertThat(schema).isNotEqualTo(FeatureSchema.ofNames("a", "b").withKey("id").withKey("day"));
      assertThat(FeatureSchema.ofNames("a").keys()).isEmpty();
    }

    @Test
    void refuseANameOrKeyTwice() {
      assertThatIllegalArgumentException().isThrownBy(() -> FeatureSchema.ofNames("a", "a"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FeatureSchema.ofNames("a").withKey("a"))
          .withMessageContaining("\"a\"");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FeatureSchema.ofNames("a").withKey("id").withKey("id"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FeatureSchema.of(Feature.of("a").withColumn("id")).withKey("id"));
    }

    @Test
    void featuresSayWhetherAWiderTypeIsConverted() {
      Feature plain = Feature.of("x");
      Feature narrowed = plain.withNarrowing(Narrowing.CHECKED);
      assertThat(plain.narrowing()).isEqualTo(Narrowing.REFUSED);
      assertThat(narrowed.narrowing()).isEqualTo(Narrowing.CHECKED);
      assertThat(narrowed).isNotEqualTo(plain).hasToString("x narrowed");
      assertThat(narrowed.withNarrowing(Narrowing.REFUSED))
          .isEqualTo(plain)
          .hasSameHashCodeAs(plain);
      assertThat(narrowed.withColumn("y").withNulls(NullPolicy.nan()).narrowing())
          .isEqualTo(Narrowing.CHECKED);
      assertThat(FeatureSchema.ofNames("x").withKey("id").withNarrowing(Narrowing.CHECKED))
          .isEqualTo(FeatureSchema.of(narrowed).withKey("id"));
    }

    @Test
    void featuresSayColumnTypeAndNullPolicy() {
      Feature plain = Feature.of("hour");
      assertThat(plain.column()).isEqualTo("hour");
      assertThat(plain.type()).isEmpty();
      assertThat(plain.nulls()).isEqualTo(NullPolicy.reject());
      Feature full =
          Feature.of("hour", ElementType.INT16)
              .withColumn("dep_hour")
              .withNulls(NullPolicy.replaceWith(12));
      assertThat(full).hasToString("hour int16 from dep_hour").isNotEqualTo(plain);
      assertThat(full.nulls()).isEqualTo(NullPolicy.replaceWith(12));
      assertThatIllegalArgumentException().isThrownBy(() -> Feature.of(" "));
      assertThatIllegalArgumentException().isThrownBy(() -> plain.withColumn(""));
      assertThatIllegalArgumentException().isThrownBy(() -> NullPolicy.replaceWith(List.of()));
    }
  }

  @Nested
  class Cards {
    private ModelCard.Builder full() {
      return ModelCard.builder("flight-delay")
          .owner("ops-ml")
          .licence("Apache-2.0")
          .intendedUse("warn passengers")
          .description("trees")
          .features(FeatureSchema.ofNames("distance").withKey("flight_id"))
          .goldenRows(GoldenRows.within(0).withInput("distance", 1).withOutput("probability", 0.5))
          .trainedOn(DatasetRef.of("january", DIGEST))
          .metric("roc_auc", 0.65)
          .parameter("seed", "42");
    }

    private ModelCard.Builder more() {
      return full()
          .tier(2)
          .regions("us", "eu-west-1")
          .signature(SIGNATURE)
          .evaluatedOn(DatasetRef.of("march", DIGEST))
          .metric("roc_auc", LAS, 0.61)
          .metric("brier", LAS, 0.2)
          .metric("roc_auc", Slice.of("weekday", "1"), 0.63)
          .seed("split", Long.MAX_VALUE)
          .commit("github.com/acme/ml@3f2a9c1")
          .parent(PARENT)
          .monitored(DUTY);
    }

    @Test
    void sayWhatTheyWereTold() {
      ModelCard card = full().build();
      assertThat(card.name()).isEqualTo("flight-delay");
      assertThat(card.owner()).hasValue("ops-ml");
      assertThat(card.licence()).hasValue("Apache-2.0");
      assertThat(card.intendedUse()).hasValue("warn passengers");
      assertThat(card.description()).hasValue("trees");
      assertThat(card.features()).hasValue(FeatureSchema.ofNames("distance").withKey("flight_id"));
      assertThat(card.goldenRows()).isPresent();
      assertThat(card.trainedOn()).containsExactly(DatasetRef.of("january", DIGEST));
      assertThat(card.metrics()).isEqualTo(Map.of("roc_auc", 0.65));
      assertThat(card.parameters()).isEqualTo(Map.of("seed", "42"));
    }

    @Test
    void sayWhereFromWhereToAndWhoWatches() {
      ModelCard card = more().build();
      assertThat(card.tier()).hasValue(2);
      assertThat(card.regions()).containsExactly("eu-west-1", "us");
      assertThat(card.signature()).hasValue(SIGNATURE);
      assertThat(card.evaluatedOn()).containsExactly(DatasetRef.of("march", DIGEST));
      assertThat(card.metrics()).containsOnlyKeys("roc_auc");
      assertThat(card.slices().keySet()).containsExactly(LAS, Slice.of("weekday", "1"));
      assertThat(card.slices().get(LAS)).isEqualTo(Map.of("roc_auc", 0.61, "brier", 0.2));
      assertThat(card.seeds()).isEqualTo(Map.of("split", Long.MAX_VALUE));
      assertThat(card.commit()).hasValue("github.com/acme/ml@3f2a9c1");
      assertThat(card.parents()).containsExactly(PARENT);
      assertThat(card.monitoring()).containsExactly(DUTY);
    }

    @Test
    void sayWhereTheModelMayRun() {
      ModelCard card = more().build();
      assertThat(card.mayRunIn("us")).isTrue();
      assertThat(card.mayRunIn("US")).isFalse();
      assertThat(card.mayRunIn("ch")).isFalse();
      assertThat(full().build().mayRunIn("ch")).isTrue();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> full().regions("EU"))
          .withMessageStartingWith("region name: found \"EU\", expected 1 to 128 of a-z");
    }

    @Test
    void differInWhateverTheyState() {
      ModelCard card = more().build();
      assertThat(card).isEqualTo(more().build()).hasSameHashCodeAs(more().build());
      List<Function<ModelCard.Builder, ModelCard.Builder>> changes =
          List.of(
              b -> b.tier(1),
              b -> b.regions("ch"),
              b -> b.signature(new ModelSignature(List.of(), List.of())),
              b -> b.evaluatedOn(DatasetRef.of("april", DIGEST)),
              b -> b.metric("roc_auc", LAS, 0.62),
              b -> b.seed("split", 1),
              b -> b.feature(Feature.of("distance").withNulls(NullPolicy.nan())),
              b -> b.lenientColumns(),
              b -> b.commit("0"),
              b -> b.parent(new ModelVersion("other", 1, DIGEST)),
              b -> b.monitored(DUTY.withOwner("others")));
      assertThat(changes).allMatch(change -> !change.apply(more()).build().equals(card));
    }

    @Test
    void refuseTextsThatSayNothingAndTeach() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> full().owner(" "))
          .withMessage(
              "owner: found a blank text, expected a person or team; omit it if there is none");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> full().commit("my last commit"))
          .withMessageContaining("\"my last commit\", expected a commit without spaces");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> full().tier(0))
          .withMessage("tier: found 0, expected 1 (the most material) to 9");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> full().metric("roc_auc", LAS, Double.NEGATIVE_INFINITY))
          .withMessage("roc_auc where origin=LAS: found -Infinity, expected a finite number");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> more().parent(PARENT))
          .withMessage("parent: found flight-delay:1 twice, expected each version once");
      List<Consumer<ModelCard.Builder>> blanks =
          List.of(
              b -> b.licence(""),
              b -> b.intendedUse("\n"),
              b -> b.description("\t"),
              b -> b.metric("", 1),
              b -> b.metric(" ", LAS, 1),
              b -> b.parameter(" ", "1"),
              b -> b.seed("", 1),
              b -> b.commit(""),
              b -> b.tier(10));
      for (Consumer<ModelCard.Builder> blank : blanks) {
        assertThatIllegalArgumentException().isThrownBy(() -> blank.accept(full()));
      }
    }

    @Test
    void areComparedByValueAndFrozenWhenBuilt() {
      ModelCard.Builder builder = full();
      ModelCard card = builder.build();
      assertThat(card).isEqualTo(full().build()).hasSameHashCodeAs(full().build());
      builder.metric("brier", 0.1);
      assertThat(card.metrics()).containsOnlyKeys("roc_auc");
      assertThat(builder.build()).isNotEqualTo(card);
      assertThat(full().owner("other").build()).isNotEqualTo(card);
      assertThatThrownBy(() -> card.metrics().put("x", 1.0))
          .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void mayBeNearlyEmpty() {
      ModelCard card = ModelCard.builder("m").build();
      assertThat(card.owner()).isEmpty();
      assertThat(card.features()).isEmpty();
      assertThat(card.goldenRows()).isEmpty();
      assertThat(card.trainedOn()).isEmpty();
    }

    @Test
    void refuseWhatCannotBeStored() {
      assertThatIllegalArgumentException().isThrownBy(() -> ModelCard.builder("../m"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> full().metric("roc_auc", Double.NaN))
          .withMessage("roc_auc: found NaN, expected a finite number");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> full().goldenRows(GoldenRows.within(0).withInput("a", 1)))
          .withMessageContaining("0 outputs");
      assertThatIllegalArgumentException().isThrownBy(() -> DatasetRef.of(" ", DIGEST));
    }
  }

  @Nested
  class DataSets {
    private static final Instant JANUARY = Instant.parse("2001-01-01T00:00:00Z");
    private static final Instant FEBRUARY = Instant.parse("2001-02-01T00:00:00Z");

    @Test
    void sayHowTheirRowsWereChosen() {
      DatasetRef plain = DatasetRef.of("flights", DIGEST);
      DatasetRef full = plain.withQuery("select *").withPeriod(JANUARY, FEBRUARY);
      assertThat(full.query()).hasValue("select *");
      assertThat(full.from()).hasValue(JANUARY);
      assertThat(full.until()).hasValue(FEBRUARY);
      assertThat(plain.query()).isEmpty();
      assertThat(plain.until()).isEmpty();
      assertThat(plain.rows()).isEmpty();
      assertThat(full.withRows(7).withQuery("select 1").rows()).hasValue(7);
      assertThat(full)
          .isEqualTo(
              DatasetRef.of("flights", DIGEST).withPeriod(JANUARY, FEBRUARY).withQuery("select *"))
          .isNotEqualTo(plain)
          .isNotEqualTo(full.withQuery("select 1"))
          .isNotEqualTo(full.withRows(0))
          .isNotEqualTo(full.withPeriod(JANUARY, FEBRUARY.plusNanos(1)))
          .hasToString("flights " + DIGEST.abbreviated());
    }

    @Test
    void refuseATimeThatEndsBeforeItBegins() {
      DatasetRef plain = DatasetRef.of("flights", DIGEST);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> plain.withPeriod(FEBRUARY, JANUARY))
          .withMessage(
              "until: found 2001-01-01T00:00:00Z, expected a time after 2001-02-01T00:00:00Z,"
                  + " the start of the period");
      assertThatIllegalArgumentException().isThrownBy(() -> plain.withPeriod(JANUARY, JANUARY));
      assertThatIllegalArgumentException().isThrownBy(() -> plain.withQuery(" "));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> plain.withRows(-1))
          .withMessage("rows: found -1, expected 0 or more");
    }
  }

  @Nested
  class SlicesAndDuties {
    @Test
    void slicesAreTheSameWhateverTheOrderOfTheirConditions() {
      assertThat(LAS.and("hour", "7"))
          .isEqualTo(Slice.of("hour", "7").and("origin", "LAS"))
          .hasToString("hour=7, origin=LAS");
      assertThatIllegalArgumentException().isThrownBy(() -> LAS.and("origin", "PHL"));
      assertThatIllegalArgumentException().isThrownBy(() -> Slice.of("", "LAS"));
      assertThatIllegalArgumentException().isThrownBy(() -> new Slice(Map.of()));
    }

    @Test
    void slicesOfTheSameTextAreNotTheSame() {
      Slice one = Slice.of("a", "1, b=2");
      Slice two = Slice.of("a", "1").and("b", "2");
      assertThat(one).hasToString(two.toString()).isNotEqualTo(two).isNotEqualByComparingTo(two);
      assertThat(ModelCard.builder("m").metric("x", one, 1).metric("x", two, 2).build().slices())
          .hasSize(2);
      assertThat(Slice.of("a", "1")).isLessThan(two);
    }

    @Test
    void dutiesSayWhatHowOftenWhoAndWhatThen() {
      assertThat(DUTY)
          .isEqualTo(new MonitoringDuty("roc_auc", Duration.ofDays(7), "ops-ml", "roll back"));
      assertThat(MonitoringDuty.of("psi", Duration.ofHours(1)).owner()).isEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> MonitoringDuty.of("psi", Duration.ZERO))
          .withMessage("interval: found PT0S, expected more than zero, such as Duration.ofDays(7)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> MonitoringDuty.of("psi", Duration.ofDays(-1)));
      assertThatIllegalArgumentException().isThrownBy(() -> DUTY.withAction(""));
      assertThatIllegalArgumentException().isThrownBy(() -> DUTY.withOwner(" "));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> MonitoringDuty.of(" ", Duration.ofDays(1)));
    }
  }

  @Nested
  class Signatures {
    @Test
    void readLikeADeclaration() {
      TensorSpec x =
          new TensorSpec("x", ElementType.FLOAT32, List.of(Dim.symbol("N"), Dim.of(32)), false);
      TensorSpec y = new TensorSpec("y", ElementType.INT64, List.of(Dim.any()), true);
      assertThat(new ModelSignature(List.of(x), List.of(y)))
          .hasToString("(x: float32[N, 32]) -> (y: int64[?]?)");
    }

    @Test
    void tellAScalarFromAnyRank() {
      TensorSpec scalar = new TensorSpec("t", ElementType.FLOAT32, List.of(), false);
      TensorSpec any = TensorSpec.ofAnyRank("t", ElementType.FLOAT32);
      assertThat(scalar).isNotEqualTo(any).hasToString("t: float32[]");
      assertThat(any).hasToString("t: float32[...]");
      assertThat(any.shape()).isEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> new TensorSpec("t", ElementType.FLOAT32, List.of(Dim.of(2)), true, false))
          .withMessage("shape: found [2], expected no dimensions for a tensor of any rank");
    }

    @Test
    void refuseANegativeSizeAndAnEmptyPlacementOrFormat() {
      assertThatIllegalArgumentException().isThrownBy(() -> Dim.of(-1));
      assertThatIllegalArgumentException().isThrownBy(Placement::of);
      assertThatIllegalArgumentException().isThrownBy(() -> new ModelFormat(""));
      assertThat(Placement.of("cuda:0", "cpu")).hasToString("cuda:0, cpu");
    }

    @Test
    void elementTypesKnowTheirSize() {
      assertThat(ElementType.FLOAT32.bytes()).isEqualTo(Float.BYTES);
      assertThat(ElementType.INT16.bytes()).isEqualTo(Short.BYTES);
      assertThat(ElementType.FLOAT64.bytes()).isEqualTo(Double.BYTES);
      assertThat(ElementType.BOOL.bytes()).isEqualTo(1);
      assertThat(ElementType.STRING.bytes()).isZero();
    }
  }
}
