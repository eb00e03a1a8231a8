package io.mlops4j.runtime.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.MonitoringDuty;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.Slice;
import io.mlops4j.runtime.internal.card.Shown;
import io.mlops4j.runtime.registry.Cards;
import io.mlops4j.runtime.registry.Models;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CardPageTest {
  private static final ModelVersion VERSION = new ModelVersion("m", 3, Models.MLP4);

  @Test
  void aPageNamesTheFeaturesThatAreNarrowed() {
    FeatureSchema plain = FeatureSchema.ofNames("a", "b");
    ModelCard.Builder card = ModelCard.builder("m");
    assertThat(CardPage.of(VERSION, card.features(plain).build()).markdown())
        .doesNotContain("a wider type");
    FeatureSchema narrowed =
        FeatureSchema.of(Feature.of("a"), Feature.of("b").withNarrowing(Narrowing.CHECKED));
    assertThat(CardPage.of(VERSION, card.features(narrowed).build()).markdown())
        .contains("\nFeatures whose columns may have a wider type, with each value checked: b\n");
  }

  @Test
  void aPageShowsTheRulesForSingleFeatures() {
    ModelCard card =
        ModelCard.builder("m")
            .feature(Feature.of("city").withNulls(NullPolicy.replaceWith("missing")))
            .feature(Feature.of("b").withColumn("c").withNarrowing(Narrowing.CHECKED))
            .lenientColumns()
            .build();
    assertThat(CardPage.of(VERSION, card).markdown())
        .contains(
            """
            ## Inputs and outputs

            **Rules for single features**

            | Feature | Column | Type | Null |
            | --- | --- | --- | --- |
            | b | c | as the model | is refused |
            | city | city | as the model | becomes "missing" |

            Features whose columns may have a wider type, with each value checked: b

            Lenient columns: a column may have a wider type, with each value checked, and a null becomes NaN where the model takes floats and the feature says nothing else.
            """);
  }

  @Test
  void markdownIsReadableAsItIs() {
    ModelCard card =
        ModelCard.builder("m")
            .description("Trees.")
            .owner("ops_ml")
            .licence("Apache-2.0")
            .intendedUse("Warn.\nNot for *crews*.")
            .tier(1)
            .metric("roc_auc", 0.1 + 0.2)
            .metric("roc_auc", Slice.of("origin", "A|B"), 1e-7)
            .evaluatedOn(DatasetRef.of("march", Models.MLP4))
            .monitored(MonitoringDuty.of("roc_auc", Duration.ofDays(1)).withAction("> 0.6"))
            .commit("`a|b`")
            .build();
    assertThat(CardPage.of(VERSION, card).markdown())
        .isEqualTo(
            """
            # m:3

            Trees.

            - **Owner:** ops_ml
            - **Licence:** Apache-2.0
            - **Tier:** 1 (1 is most material)
            - **Bytes:** `sha256:4f119c257c6f127a491cfe0b3a97ff1aebbb3e6cff821b665445ed04fee2e6d0`
            - **Not stated:** features, training data, golden rows

            ## Intended use

            Warn.<br>Not for \\*crews\\*.

            ## Metrics

            **Metrics, measured on march**

            | Rows | roc_auc |
            | --- | ---: |
            | all | 0.3 |
            | origin=A\\|B | 1E-7 |

            ## Monitoring

            **Duties while the model serves**

            | Metric | Every | Owner | Action |
            | --- | --- | --- | --- |
            | roc_auc | day | ops_ml | \\> 0.6 |

            ## Lineage

            **Data sets**

            | Name | Used for | Period | Digest |
            | --- | --- | --- | --- |
            | march | evaluation |  | `sha256:4f119c257c6f127a491cfe0b3a97ff1aebbb3e6cff821b665445ed04fee2e6d0` |

            ## Training

            - **Commit:** `` `a\\|b` ``
            """);
  }

  @Test
  void whatIsNotStatedIsSaid() {
    assertThat(CardPage.of(ModelCard.builder("m").build()).markdown())
        .isEqualTo(
            """
            # m

            - **Not stated:** description, owner, licence, tier, intended use, metrics, monitoring, features, training data, evaluation data, commit, golden rows
            """);
    assertThat(CardPage.of(Cards.complete()).markdown()).doesNotContain("Not stated");
  }

  @Test
  void noTextOfACardIsMarkup() {
    String html = CardPage.of(Cards.evil()).html();
    assertThat(html)
        .doesNotContain("<script", "<img", "\u202e", "\u0000")
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; | **b**");
    String markdown = CardPage.of(Cards.evil()).markdown();
    assertThat(outsideCode(markdown))
        .doesNotContainPattern("(?<!\\\\)<(?!br>)")
        .doesNotContainPattern("(?<!\\\\)[`\\[]")
        .contains(
            "\\<script>alert('x')\\</script> \\| \\*\\*b\\*\\* \\`c\\` \\[d\\](javascript:e)"
                + " \\&amp;")
        .doesNotContain("\u202e", "\u0000");
    assertThat(markdown.lines().filter(line -> line.startsWith("#") || line.startsWith("---")))
        .containsExactly(
            "# evil",
            "## Intended use",
            "## Metrics",
            "## Monitoring",
            "## Inputs and outputs",
            "## Lineage",
            "## Training",
            "## Golden rows");
  }

  private static String outsideCode(String markdown) {
    return markdown
        .replaceAll("(?s)\\n```\\n.*?\\n```\\n", "\n")
        .replaceAll("(?s)(?<![\\\\`])(`+)(?!`).*?(?<!`)\\1(?!`)", "");
  }

  @Test
  void everyRowOfATableHasAsManyCells() {
    List<String> rows =
        CardPage.of(Cards.evil()).markdown().lines().filter(line -> line.startsWith("|")).toList();
    int cells = -1;
    for (int i = 0; i < rows.size(); i++) {
      int found = rows.get(i).split("(?<!\\\\)\\|", -1).length;
      if (i + 1 < rows.size() && rows.get(i + 1).startsWith("| ---")) {
        cells = found;
      }
      assertThat(found).as(rows.get(i)).isEqualTo(cells);
    }
    assertThat(rows).hasSizeGreaterThan(10);
  }

  @Test
  void aCardGoesWithItsVersionOnly() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CardPage.of(VERSION, ModelCard.builder("n").build()))
        .withMessage("card: found the card of n, expected the card of m:3");
    assertThat(CardPage.of(VERSION, ModelCard.builder("m").build())).hasToString("page of m:3");
  }

  @Test
  void numbersAndTimesReadWell() {
    assertThat(List.of(0.644, 0.1 + 0.2, -0.0, 1e15, 123456.7, 1234567.0, 2e-6))
        .extracting(Shown::number)
        .containsExactly("0.644", "0.3", "0", "1E+15", "123457", "1234570", "0.000002");
    assertThat(Shown.number(Double.NaN)).isEqualTo("NaN");
    assertThat(
            List.of(
                Duration.ofDays(7),
                Duration.ofHours(1),
                Duration.ofMinutes(90),
                Duration.ofSeconds(5)))
        .extracting(Shown::every)
        .containsExactly("7 days", "hour", "90 minutes", "5 s");
  }

  @Test
  void halvesOfSurrogatePairsAreReplacedSoThatAPageCanBeWritten() {
    assertThat(Shown.text("a\ud800b\ud83d\ude00")).isEqualTo("a\ufffdb\ud83d\ude00");
    assertThat(Shown.text("a\r\nb\tc\u0007")).isEqualTo("a\nb c\ufffd");
  }
}
