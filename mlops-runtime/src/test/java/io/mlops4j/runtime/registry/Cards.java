package io.mlops4j.runtime.registry;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.MonitoringDuty;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Slice;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Cards for the tests of their forms. */
public final class Cards {
  public static final String EVIL =
      "<script>alert('x')</script> | **b** `c` [d](javascript:e) &amp; \"q\"";
  public static final ModelVersion PARENT = new ModelVersion("flight-delay", 1, Models.MLP4);

  private Cards() {}

  /** A card that says everything that a card can say today. */
  public static ModelCard complete() {
    FeatureSchema features = flights(2).build().features().orElseThrow();
    return flights(2)
        .features(features.withNarrowing(Narrowing.CHECKED))
        .feature(Feature.of("origin").withNulls(NullPolicy.replaceWith("missing")))
        .lenientColumns()
        .trainedOn(DatasetRef.of("plain", Models.MLP4))
        .signature(
            new ModelSignature(
                List.of(
                    new TensorSpec(
                        "x",
                        ElementType.FLOAT32,
                        List.of(
                            Dim.symbol("N"),
                            Dim.of(5),
                            Dim.any(),
                            new Dim(OptionalLong.of(3), Optional.of("M"))),
                        false),
                    new TensorSpec("scalar", ElementType.BFLOAT16, List.of(), true),
                    TensorSpec.ofAnyRank("any", ElementType.STRING)),
                List.of(
                    new SequenceSpec(
                        "scores",
                        new MapSpec(
                            "",
                            ElementType.INT64,
                            TensorSpec.ofAnyRank("", ElementType.FLOAT32),
                            false),
                        true))))
        .metric("roc_auc", Slice.of("weekday", "1").and("hour", ""), -0.0)
        .monitored(MonitoringDuty.of("psi", Duration.ofMinutes(90)))
        .build();
  }

  /** A card as a careful team would write it. */
  public static ModelCard.Builder flights(int trees) {
    return ModelCard.builder("flight-delay")
        .description("Gradient-boosted trees that tell whether a flight arrives late.")
        .owner("ops-ml")
        .licence("Apache-2.0")
        .intendedUse(
            "Warn passengers of flights that may arrive more than 15 minutes late.\n"
                + "Not for crew scheduling.")
        .tier(2)
        .regions("us", "eu-west-1")
        .signature(
            new ModelSignature(
                List.of(
                    column("distance", ElementType.FLOAT32),
                    column("hour", ElementType.INT64),
                    column("weekday", ElementType.INT64),
                    column("origin", ElementType.STRING),
                    column("destination", ElementType.STRING)),
                List.of(column("probability", ElementType.FLOAT32))))
        .features(
            FeatureSchema.of(
                    Feature.of("distance", ElementType.FLOAT32)
                        .withColumn("distance_miles")
                        .withNulls(NullPolicy.nan()),
                    Feature.of("hour", ElementType.INT16)
                        .withNulls(NullPolicy.replaceWith((short) 12)),
                    Feature.of("weekday"),
                    Feature.of("origin", ElementType.STRING),
                    Feature.of("destination", ElementType.STRING))
                .withKey("flight_id"))
        .trainedOn(
            DatasetRef.of("flights-2001-01", Models.MLP4)
                .withQuery(
                    """
                    select distance, hour, weekday, origin, destination, late
                    from flights
                    where not cancelled""")
                .withPeriod(
                    Instant.parse("2001-01-01T00:00:00Z"), Instant.parse("2001-02-01T00:00:00Z")))
        .evaluatedOn(DatasetRef.of("flights-2001-02", Models.MLP4_WRONG))
        .metric("roc_auc", 0.644)
        .metric("brier", 0.158)
        .metric("roc_auc", Slice.of("origin", "LAS"), 0.612)
        .metric("roc_auc", Slice.of("origin", "ORD"), 0.667)
        .metric("brier", Slice.of("origin", "ORD"), 0.161)
        .parameter("trees", Integer.toString(trees))
        .parameter("learning_rate", "0.1")
        .seed("train", 42)
        .seed("split", Long.MIN_VALUE)
        .commit("github.com/acme/flights@3f2a9c1d")
        .parent(PARENT)
        .monitored(
            MonitoringDuty.of("roc_auc", Duration.ofDays(7))
                .withOwner("ops-oncall")
                .withAction("below 0.60: roll back, and tell the owner"))
        .goldenRows(
            GoldenRows.within(1e-6)
                .withInput("distance", 2176f, 236f, null)
                .withInput("hour", (short) 7, (short) 18, (short) 9)
                .withInput("weekday", 1L, 5L, 7L)
                .withInput("origin", "LAS", "PHX", "ORD")
                .withInput("destination", "PHL", "LAX", "JFK")
                .withOutput("probability", 0.1640625f, 0.3125f, 0.25f));
  }

  private static TensorSpec column(String name, ElementType type) {
    return new TensorSpec(name, type, List.of(Dim.symbol("N"), Dim.of(1)), false);
  }

  /** A card whose every text tries to be markup. */
  public static ModelCard evil() {
    return ModelCard.builder("evil")
        .owner(EVIL)
        .licence(EVIL)
        .intendedUse("# no heading\n" + EVIL + "\n---\n- no list")
        .description(EVIL)
        .signature(
            new ModelSignature(
                List.of(TensorSpec.ofAnyRank(EVIL, ElementType.STRING)),
                List.of(TensorSpec.ofAnyRank(EVIL, ElementType.STRING))))
        .features(
            FeatureSchema.of(
                    Feature.of(EVIL).withColumn(EVIL + 1).withNulls(NullPolicy.replaceWith(EVIL)))
                .withKey(EVIL))
        .trainedOn(DatasetRef.of(EVIL, Models.MLP4).withQuery(EVIL))
        .metric(EVIL, 1)
        .metric(EVIL, Slice.of(EVIL, EVIL), 2)
        .parameter(EVIL, EVIL)
        .seed(EVIL, 3)
        .commit("<img/src=x/onerror=alert(1)>|")
        .monitored(MonitoringDuty.of(EVIL, Duration.ofDays(1)).withOwner(EVIL).withAction(EVIL))
        .goldenRows(
            GoldenRows.within(0).withInput(EVIL, EVIL, "\u0000\u202e").withOutput(EVIL, EVIL, null))
        .build();
  }
}
