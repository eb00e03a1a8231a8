package io.mlops4j.runtime.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.registry.Cards;
import io.mlops4j.runtime.registry.Models;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CardJsonTest {
  private static final Path FILE = Path.of("card.json");

  private static ModelCard read(String json) {
    return Document.read(FILE, json.getBytes(StandardCharsets.UTF_8), CardDocument::read);
  }

  private static String write(ModelCard card) {
    return new String(CardDocument.write(card), StandardCharsets.UTF_8);
  }

  @Test
  void everythingThatACardSaysComesBackEqual() {
    assertThat(read(write(Cards.complete()))).isEqualTo(Cards.complete());
    ModelCard card = Models.fullCard("flight-delay");
    String json = write(card);
    ModelCard back = read(json);

    assertThat(back).isEqualTo(card);
    assertThat(back.goldenRows().orElseThrow().inputs())
        .isEqualTo(card.goldenRows().orElseThrow().inputs());
    assertThat(back.goldenRows().orElseThrow().inputs().get("hour").get(0)).isEqualTo((short) 7);
    assertThat(write(back)).isEqualTo(json);
  }

  /** A card without the key is what older releases wrote, and is written as they wrote it. */
  @Test
  void onlyANarrowedFeatureSaysSo() {
    ModelCard.Builder card = ModelCard.builder("m");
    String plain = write(card.features(FeatureSchema.ofNames("x")).build());
    FeatureSchema narrowed = FeatureSchema.ofNames("x").withNarrowing(Narrowing.CHECKED);
    String json = write(card.features(narrowed).build());

    assertThat(plain)
        .isEqualTo(
            """
            {
              "card" : 1,
              "features" : {
                "columns" : [ {
                  "name" : "x"
                } ],
                "keys" : [ ]
              },
              "name" : "m"
            }
            """);
    assertThat(json)
        .isEqualTo(
            plain.replace(
                "\"name\" : \"x\"", "\"name\" : \"x\",\n      \"narrowing\" : \"checked\""));
    assertThat(read(json).features()).contains(narrowed);
    assertThatThrownBy(() -> read(json.replace("checked", "saturated")))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("the narrowing saturated");
  }

  @Test
  void rulesForSingleFeaturesAreWrittenByName() {
    ModelCard card =
        ModelCard.builder("m")
            .feature(Feature.of("y").withColumn("why").withNarrowing(Narrowing.CHECKED))
            .feature(Feature.of("x").withNulls(NullPolicy.replaceWith("missing")))
            .lenientColumns()
            .build();
    String json = write(card);
    assertThat(json)
        .isEqualTo(
            """
            {
              "card" : 1,
              "featureRules" : [ {
                "name" : "x",
                "nulls" : {
                  "default" : "missing",
                  "type" : "string"
                }
              }, {
                "from" : "why",
                "name" : "y",
                "narrowing" : "checked"
              } ],
              "lenientColumns" : true,
              "name" : "m"
            }
            """);
    assertThat(read(json)).isEqualTo(card);
    assertThat(read("{\"card\":1,\"name\":\"m\",\"lenientColumns\":false}"))
        .isEqualTo(ModelCard.builder("m").build());
  }

  @Test
  void goldenRowsOfSeveralValuesComeBackEqual() {
    ModelCard card =
        ModelCard.builder("m")
            .goldenRows(
                GoldenRows.within(1e-6)
                    .withInput("x", new long[] {1, Long.MAX_VALUE}, null, Arrays.asList(3L, null))
                    .withInput("s", List.of("a", "\""), List.of("", "é"), Arrays.asList(null, null))
                    .withOutput("p", new float[] {0.1f, Float.NaN}, new float[] {1, 0}, null))
            .build();
    String json = write(card);
    assertThat(read(json)).isEqualTo(card);
    assertThat(write(read(json))).isEqualTo(json);
    for (String damaged : List.of("[1]", "[[1,2],[3]]", "[[1,2],3]", "[[]]", "[[[1]]]", "[{}]")) {
      String other =
          "{\"card\":1,\"name\":\"m\",\"goldenRows\":{\"tolerance\":0,\"inputs\":{\"x\":"
              + "{\"type\":\"int64\",\"values\":"
              + damaged
              + "}},\"outputs\":{\"y\":{\"type\":\"int64\",\"values\":[1,2]}}}}";
      assertThatThrownBy(() -> read(other)).as(other).isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void isSortedSparseAndReadable() {
    ModelCard card =
        ModelCard.builder("m")
            .owner("me")
            .metric("b", 1)
            .metric("a", 1e-7)
            .parameter("p", "é")
            .build();

    assertThat(write(card))
        .isEqualTo(
            """
            {
              "card" : 1,
              "metrics" : {
                "a" : 1.0E-7,
                "b" : 1.0
              },
              "name" : "m",
              "owner" : "me",
              "parameters" : {
                "p" : "é"
              }
            }
            """);
  }

  @Test
  void numbersAreWrittenAlikeOnEveryJdk() {
    // JDK 17 prints 1.9999999999999998E23 and 2.0E-323, JDK 19 and later 2.0E23 and 2.0E-323.
    assertThat(write(ModelCard.builder("m").metric("x", Double.parseDouble("2e23")).build()))
        .contains("\"x\" : 2.0E23");
  }

  @Test
  void keysOfLaterVersionsArePassedOver() {
    assertThat(read("{\"card\":1,\"name\":\"m\",\"colour\":{\"level\":3},\"owner\":\"me\"}"))
        .isEqualTo(ModelCard.builder("m").owner("me").build());
  }

  /** They could be stored once. */
  @Test
  void textsThatSayNothingArePassedOver() {
    assertThat(
            read(
                "{\"card\":1,\"name\":\"m\",\"owner\":\"\",\"licence\":\" \",\"metrics\":{\"\":1},"
                    + "\"parameters\":{\" \":\"\",\"a\":\"\"}}"))
        .isEqualTo(ModelCard.builder("m").parameter("a", "").build());
  }

  @Test
  void aCardOfALaterFormatIsRefused() {
    assertThatThrownBy(() -> read("{\"card\":2,\"name\":\"m\"}"))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("needs a newer mlops4j");
  }

  @Test
  void whatDoesNotFitIsNamedWithItsFile() {
    for (String json :
        new String[] {
          "",
          "[]",
          "{",
          "{} {}",
          "{\"card\":1}",
          "{\"card\":1,\"name\":5}",
          "{\"card\":1,\"name\":\"../m\"}",
          "{\"card\":1,\"name\":\"m\",\"name\":\"n\"}",
          "{\"card\":1,\"name\":\"m\",\"metrics\":{\"a\":\"b\"}}",
          "{\"card\":1,\"name\":\"m\",\"metrics\":{\"a\":1e999}}",
          "{\"card\":1,\"name\":\"m\",\"trainedOn\":[{\"name\":\"x\",\"digest\":\"md5:0\"}]}",
          "{\"card\":1,\"name\":\"m\",\"features\":{\"columns\":[{\"name\":\"x\",\"type\":\"float9\"}],\"keys\":[]}}",
          "{\"card\":1,\"name\":\"m\",\"features\":{\"columns\":[{\"name\":\"x\",\"nulls\":\"maybe\"}],\"keys\":[]}}",
          "[".repeat(100_000)
        }) {
      assertThatThrownBy(() -> read(json))
          .as(json.length() < 200 ? json : "deep")
          .isInstanceOf(IntegrityException.class)
          .hasMessageStartingWith("card.json: found ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud800", "\udc00", "a\ud800b", "a\udc00b", "\udc00\ud800"})
  void halfASurrogatePairComesBackOrIsRefused(String text) {
    ModelCard card = ModelCard.builder("m").owner(text).build();
    String json;
    try {
      json = write(card);
    } catch (RegistryException e) {
      assertThat(e).hasMessageContaining("valid Unicode");
      return;
    }
    assertThat(read(json)).isEqualTo(card);
  }

  @Test
  void whatCanBeStoredCanBeReadHoweverLongItIs() {
    ModelCard card =
        ModelCard.builder("fraud")
            .description("x".repeat(20_000_001))
            .parameter("k".repeat(50_001), "v")
            .build();
    assertThat(CardJson.parse(CardJson.text(card)).equals(card)).isTrue();
    ModelCard tooLong = ModelCard.builder("fraud").description("x".repeat(64 << 20)).build();
    assertThatThrownBy(() -> CardJson.text(tooLong))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("expected at most 67108864");
  }
}
