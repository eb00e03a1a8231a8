package io.mlops4j.runtime.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CompositionTest {
  private final CompositionFixture fixture = new CompositionFixture();

  @AfterEach
  void nothingIsLeft() {
    fixture.close();
  }

  private Composition.Builder builder() {
    return fixture.runtime.composition("sum");
  }

  /** y = x + 1 + 2 */
  private Composition sequence() {
    return builder()
        .member("one", fixture.plus(1, "x"))
        .member("two", fixture.plus(2, "y"))
        .sequence();
  }

  /** y = x + (1 + 2) / 2 */
  private Composition average() {
    return builder()
        .member("one", fixture.plus(1, "x"))
        .member("two", fixture.plus(2, "x"))
        .average("y");
  }

  private float[] ask(Model model, String output, float... x) {
    try (FeatureBatch batch = fixture.batch().floats("x", x).build();
        Prediction answer = model.predict(batch)) {
      return answer.floats(output);
    }
  }

  private static LoadOptions reading(Feature... features) {
    return LoadOptions.builder().features(FeatureSchema.of(features)).build();
  }

  @Nested
  class Sequences {
    @Test
    void passOutputsOn() {
      try (Composition sum = sequence()) {
        assertThat(sum.signature()).hasToString("(x: float32[N]) -> (y: float32[N])");
        assertThat(sum.features()).isEqualTo(FeatureSchema.ofNames("x"));
        assertThat(ask(sum, "y", 1, -2)).containsExactly(4, 1);
        assertThat(sum.members().keySet()).containsExactly("one", "two");
        assertThat(sum.placement().devices()).containsExactly("cpu");
      }
    }

    @Test
    void nameTheirMembersInTheAnswer() {
      try (Composition sum = sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1).build();
          Prediction answer = sum.predict(batch)) {
        ServedBy by = answer.servedBy();
        assertThat(by).isSameAs(sum.servedBy());
        assertThat(by.model()).isEqualTo("sum");
        assertThat(by.engine()).isEqualTo("composition");
        assertThat(by.members())
            .containsExactly(
                sum.members().get("one").servedBy(), sum.members().get("two").servedBy());
        assertThat(by.toString()).contains("sum, sha256:", "[plus1, ", "; plus2, ");
      }
    }

    @Test
    void replaceColumnsOfTheSameName() {
      try (Composition sum =
          builder()
              .member("one", fixture.plus(1, "x"))
              .member("two", fixture.plus(2, "x"))
              .rename("one", "y", "x")
              .sequence()) {
        assertThat(ask(sum, "y", 5)).containsExactly(8);
        assertThat(sum.signature()).hasToString("(x: float32[N]) -> (y: float32[N])");
      }
    }

    @Test
    void letLaterMembersReadAnyEarlierOne() {
      try (Composition sum =
          builder()
              .member("one", fixture.plus(1, "x"))
              .member("two", fixture.plus(2, "y"))
              .member("three", fixture.load("composition/tree", "x", "one.y", "y"))
              .sequence()) {
        assertThat(sum.signature()).hasToString("(x: float32[N]) -> (variable: float32[N, 1])");
        float[] direct;
        try (Model tree = fixture.runtime.load(CompositionFixture.file("composition/tree"));
            FeatureBatch batch = fixture.batch().floats("X", -1, 0, 2).asTensors(3).build();
            Prediction answer = tree.predict(batch)) {
          direct = answer.floats("variable");
        }
        assertThat(ask(sum, "variable", -1)).containsExactly(direct);
      }
    }

    @Test
    void mayEndWithSequencesOfMaps() {
      Model last = fixture.load("models/classifier_zipmap", "one", "two");
      try (Composition labelled =
              builder()
                  .member("first", fixture.plus(1, "x"))
                  .member("second", fixture.plus(2, "x"))
                  .rename("first", "y", "one")
                  .rename("second", "y", "two")
                  .member("last", last)
                  .sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1, 2).build();
          Prediction answer = labelled.predict(batch)) {
        assertThat(answer.longs("label")).hasSize(2);
        assertThat(answer.vector("byclass").getValueCount()).isEqualTo(2);
        assertThat(answer.outputs().rows()).isEqualTo(2);
      }
    }

    @Test
    void mayHaveCompositionsAsMembers() {
      try (Composition inner = average();
          Composition outer =
              builder().member("inner", inner).member("two", fixture.plus(2, "y")).sequence()) {
        assertThat(ask(outer, "y", 1)).containsExactly(4.5f);
        assertThat(outer.servedBy().members().get(0).members()).hasSize(2);
      }
    }

    @Test
    void refuseMembersThatNobodyReads() {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("one", fixture.plus(1, "x"))
                      .member("two", fixture.plus(2, "x"))
                      .sequence())
          .withMessageContaining("composition sum, member one: found no later member that reads")
          .withMessageContaining("y: float32[N]");
    }

    @Test
    void refuseOutputsThatDoNotFit() {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("names", fixture.load("models/strings_out"))
                      .member("two", fixture.plus(2, "label"))
                      .sequence())
          .withMessageContaining("member two: the output label of names does not fit")
          .withMessageContaining("float32");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("maps", fixture.load("models/classifier_zipmap"))
                      .member("two", fixture.plus(2, "byclass"))
                      .sequence())
          .withMessageContaining("member maps: found the output byclass")
          .withMessageContaining("export the model so that it returns one");
    }

    @Test
    void refuseOtherNamesForTheirOutputs() {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("one", fixture.plus(1, "x"))
                      .member("two", fixture.plus(2, "y"))
                      .rename("two", "y", "z")
                      .sequence())
          .withMessageContaining("member two: found other names for the outputs [y]");
    }

    @Test
    void failForAnElementThatIsNotThere() {
      try (Composition sum =
              builder()
                  .member("one", fixture.plus(1, "x"))
                  .member("two", fixture.plus(2, "y.1"))
                  .sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1).build()) {
        assertThatThrownBy(() -> sum.predict(batch))
            .isInstanceOf(InferenceException.class)
            .hasMessage(
                "composition sum, member one: output y: found 1 values in a row, expected more"
                    + " than 1 for the column y.1");
      }
    }
  }

  @Nested
  class Averages {
    @Test
    void areWeightedMeans() {
      try (Composition mean = average()) {
        assertThat(mean.signature()).hasToString("(x: float32[N]) -> (y: float32[N])");
        assertThat(ask(mean, "y", 1, 3)).containsExactly(2.5f, 4.5f);
      }
      try (Composition mean =
          builder()
              .member("one", fixture.plus(1, "x"))
              .member("three", fixture.plus(3, "x"))
              .weight("three", 3)
              .average("y")) {
        assertThat(ask(mean, "y", 0)).containsExactly(2.5f);
      }
    }

    @Test
    void areFloat64IfAMemberIs() {
      try (Composition mean =
              builder()
                  .member("float", fixture.plus(1, "x"))
                  .member("double", fixture.load("deployment/double"))
                  .average("y");
          FeatureBatch batch = fixture.batch().floats("x", 1).build();
          Prediction answer = mean.predict(batch)) {
        assertThat(mean.signature()).hasToString("(x: float32[N]) -> (y: float64[N])");
        assertThat(answer.doubles("y")).containsExactly((2 + 6) / 2.0);
      }
    }

    @Test
    void areNanIfAMemberIsNan() {
      Composition.Builder members =
          builder()
              .member("one", fixture.plus(1, "x"))
              .member("nan", fixture.load("deployment/nan"));
      try (Composition mean = members.average("y")) {
        assertThat(ask(mean, "y", 1, 2)).containsExactly(Float.NaN, Float.NaN);
      }
      try (Composition mean = members.weight("nan", 0).average("y")) {
        assertThat(ask(mean, "y", 1, 2)).containsExactly(2, 3);
      }
    }

    @Test
    void haveTheOutputsThatWereNamed() {
      Composition.Builder members =
          builder()
              .member("more", fixture.load("deployment/more"))
              .member("also", fixture.load("deployment/more"));
      try (Composition both = members.average("y", "z");
          Composition z = members.average("z")) {
        assertThat(both.signature().outputs()).hasSize(2);
        assertThat(z.signature()).hasToString("(x: float32[N]) -> (z: float32[N])");
        assertThat(ask(both, "z", 1)).containsExactly(5);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ask(z, "y", 1))
            .withMessageContaining("found no \"y\", expected one of [z]");
      }
    }

    @Test
    void refuseOutputsThatCannotBeAveraged() {
      Composition.Builder labels =
          builder()
              .member("one", fixture.load("models/classifier"))
              .member("two", fixture.load("models/classifier"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> labels.average("label"))
          .withMessageContaining("member one: found the output label: int64[N], expected one of")
          .withMessageContaining("Builder.vote");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> labels.average("probability"))
          .withMessageContaining("member one: found no output \"probability\"")
          .withMessageContaining("Builder.rename");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("three", fixture.load("models/classifier", "a", "b"))
                      .rename("three", "probabilities", "y")
                      .member("one", fixture.plus(1, "x"))
                      .average("y"))
          .withMessageContaining("member one: found the output y: float32[N], expected as many")
          .withMessageContaining("probabilities: float32[N, 3] of the member three");
    }
  }

  @Nested
  class Votes {
    @Test
    void refuseWhatIsNoLabel() {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("one", fixture.plus(1, "x"))
                      .member("two", fixture.plus(2, "x"))
                      .vote("y"))
          .withMessageContaining("member one: found the output y: float32[N], expected one label")
          .withMessageContaining("Builder.average");
    }

    @Test
    void refuseTextsAmongNumbers() {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("numbers", fixture.load("models/classifier", "a", "b"))
                      .member("texts", fixture.load("models/strings_out"))
                      .vote("label"))
          .withMessageContaining("member texts: found the output label: string[N]");
    }

    /** Three columns, each the vote of a member: int32, int64 and again int64. */
    @Test
    void preferTheSmallestOfEqualLabels() {
      List<String> kept = List.of("i_out", "l_out");
      LoadOptions all = LoadOptions.defaults();
      Composition.Builder members =
          builder()
              .member("int", fixture.load("models/columns", all))
              .member("long", fixture.load("models/columns", all))
              .rename("int", kept.get(0), "vote")
              .rename("long", kept.get(1), "vote");
      try (Composition vote = members.vote("vote");
          FeatureBatch batch =
              fixture
                  .batch()
                  .floats("f", 0, 0, 0)
                  .doubles("d", 0, 0, 0)
                  .ints("i", 3, -4, 7)
                  .longs("l", 2, -3, 7)
                  .booleans("b", true, true, true)
                  .strings("s", "a", "b", "c")
                  .build();
          Prediction answer = vote.predict(batch)) {
        assertThat(vote.signature().outputs()).hasToString("[vote: int64[N]]");
        assertThat(answer.longs("vote")).containsExactly(2, -4, 7);
      }
      try (Composition vote = members.weight("int", 1.5).vote("vote");
          FeatureBatch batch = oneRow();
          Prediction answer = vote.predict(batch)) {
        assertThat(answer.longs("vote")).containsExactly(3);
      }
    }

    @Test
    void takeTextsAndBooleans() {
      Composition.Builder members =
          builder()
              .member("first", fixture.load("models/columns"))
              .member("second", fixture.load("models/columns"));
      try (Composition texts = members.vote("s_out");
          Composition booleans = members.vote("b_out");
          FeatureBatch batch = oneRow();
          Prediction text = texts.predict(batch);
          Prediction truth = booleans.predict(batch)) {
        assertThat(text.strings("s_out")).containsExactly("früh");
        assertThat(text.vector("s_out").getObject(0)).hasToString("früh");
        assertThat(truth.longs("b_out")).containsExactly(1);
        assertThat(truth.vector("b_out").getObject(0)).isEqualTo(true);
      }
    }

    private FeatureBatch oneRow() {
      return fixture
          .batch()
          .floats("f", 0)
          .doubles("d", 0)
          .ints("i", 3)
          .longs("l", 2)
          .booleans("b", true)
          .strings("s", "früh")
          .build();
    }
  }

  @Nested
  class Columns {
    @Test
    void thatNoTypeFitsAreRefused() {
      Model last =
          fixture.load(
              "models/columns",
              reading(
                  Feature.of("f").withColumn("number.y"),
                  Feature.of("d"),
                  Feature.of("i"),
                  Feature.of("l"),
                  Feature.of("b"),
                  Feature.of("s").withColumn("code.label")));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  builder()
                      .member("number", fixture.plus(1, "code"))
                      .member("code", fixture.load("models/strings_out"))
                      .stack("last", last))
          .withMessageContaining("found the column code: float32[N] for the member number")
          .withMessageContaining("code: int64[N] for the member code")
          .withMessageContaining("Feature.withColumn");
    }

    @Test
    void missingInTheBatchAreNamedWithTheMember() {
      try (Composition mean = average();
          FeatureBatch batch = fixture.batch().floats("X", 1).build()) {
        assertThatThrownBy(() -> mean.predict(batch))
            .isInstanceOfSatisfying(
                ModelInputException.class, e -> assertThat(e.column()).isEqualTo("x"))
            .hasMessageContaining("no such column among [X]")
            .hasMessageContaining("(composition sum, member one)");
      }
    }

    @Test
    void followTheNullPolicyOfEachMember() {
      Model zero =
          fixture.load(
              "deployment/plus1", reading(Feature.of("x").withNulls(NullPolicy.replaceWith(0f))));
      Model ten =
          fixture.load(
              "deployment/plus1", reading(Feature.of("x").withNulls(NullPolicy.replaceWith(10f))));
      try (Composition mean = builder().member("zero", zero).member("ten", ten).average("y");
          FeatureBatch batch = withNull()) {
        assertThat(mean.features().features().get(0).nulls()).isEqualTo(NullPolicy.reject());
        try (Prediction answer = mean.predict(batch)) {
          assertThat(answer.floats("y")).containsExactly(6, 2);
        }
      }
      try (Composition mean =
              builder().member("zero", zero).member("one", fixture.plus(1, "x")).average("y");
          FeatureBatch batch = withNull()) {
        assertThatThrownBy(() -> mean.predict(batch))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("member one");
      }
    }

    private FeatureBatch withNull() {
      Float4Vector x = new Float4Vector("x", fixture.runtime.allocator());
      x.allocateNew(2);
      x.setNull(0);
      x.set(1, 1);
      x.setValueCount(2);
      try (VectorSchemaRoot root = VectorSchemaRoot.of(x)) {
        return FeatureBatch.owning(root);
      }
    }

    @Test
    void includeTheKeysOfAllMembers() {
      LoadOptions keyed =
          LoadOptions.builder()
              .features(FeatureSchema.of(Feature.of("x").withColumn("y")).withKey("id"))
              .build();
      try (Composition sum =
          builder()
              .member("one", fixture.plus(1, "x"))
              .member("two", fixture.load("deployment/plus2", keyed))
              .sequence()) {
        assertThat(sum.features().keys()).containsExactly("id");
      }
    }
  }

  @Nested
  class Batches {
    @Test
    void mayBeEmpty() {
      try (Composition sum = sequence();
          Composition mean = average()) {
        assertThat(ask(sum, "y")).isEmpty();
        assertThat(ask(mean, "y")).isEmpty();
      }
    }

    @Test
    void ofManyRowsAreAnswered() {
      float[] x = new float[10_000];
      for (int i = 0; i < x.length; i++) {
        x[i] = i;
      }
      try (Composition sum = sequence();
          Composition mean = average()) {
        float[] sums = ask(sum, "y", x);
        float[] means = ask(mean, "y", x);
        for (int i = 0; i < x.length; i++) {
          assertThat(sums[i]).isEqualTo(i + 3f);
          assertThat(means[i]).isEqualTo(i + 1.5f);
        }
      }
    }

    @Test
    void mayBeSlicesOfOthers() {
      try (Composition sum = sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1, 2, 3).build();
          FeatureBatch part = batch.slice(1, 2);
          Prediction answer = sum.predict(part)) {
        assertThat(answer.floats("y")).containsExactly(5, 6);
      }
    }

    @Test
    void leaveAnswersThatOutliveEverything() {
      Prediction answer;
      try (Composition sum = sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1).build()) {
        answer = sum.predict(batch);
      }
      try (answer;
          FeatureBatch outputs = answer.outputs()) {
        assertThat(answer.floats("y")).containsExactly(4);
        assertThat(outputs.column("y").getObject(0)).isEqualTo(4f);
        assertThat(answer.rows()).isEqualTo(1);
        assertThat(answer.shape("y")).containsExactly(1);
      }
    }
  }

  record X(float x) {}

  record Y(float y, PredictionId id, ServedBy by) {}

  @Nested
  @SuppressWarnings("ArrayRecordComponent") // never compared
  class Records {
    @Test
    void areAnsweredAloneAndTogether() {
      try (Composition sum = sequence()) {
        RowModel<X, Y> rows = sum.rows(X.class, Y.class);
        Y one = rows.predict(new X(1));
        assertThat(one.y()).isEqualTo(4);
        assertThat(one.by()).isSameAs(sum.servedBy());
        List<Y> many = rows.predict(List.of(new X(1), new X(2)));
        assertThat(many).extracting(Y::y).containsExactly(4f, 5f);
        assertThat(many).extracting(y -> y.id().row()).containsExactly(0, 1);
        assertThat(many.get(0).id()).isNotEqualTo(one.id());
        assertThat(rows.predict(List.of())).isEmpty();
        assertThat(rows.predictAsync(new X(3), CallOptions.withDefaults()).join().y()).isEqualTo(6);
      }
    }

    @Test
    void areCheckedWhenTheyAreBound() {
      record Wrong(float z) {}
      try (Composition sum = sequence()) {
        assertThatThrownBy(() -> sum.rows(Wrong.class, Y.class))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("z: found");
        assertThatThrownBy(() -> sum.rows(X.class, Wrong.class))
            .isInstanceOf(ModelInputException.class);
      }
    }

    @Test
    void mayHaveTextsArraysAndNulls() {
      record Code(Long code) {}
      record Label(String label) {}
      Model names =
          fixture.load(
              "models/strings_out",
              reading(Feature.of("code").withNulls(NullPolicy.replaceWith(1L))));
      try (Composition vote =
          builder()
              .member("names", names)
              .member("again", fixture.load("models/strings_out"))
              .weight("again", 0)
              .vote("label")) {
        RowModel<Code, Label> rows = vote.rows(Code.class, Label.class);
        assertThat(rows.predict(new Code(2L)).label()).isEqualTo("früh ✈");
        assertThatThrownBy(() -> rows.predict(new Code(null)))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("member again");
      }
      record Pair(float[] x) {}
      record Scores(float[] probabilities, long label) {}
      Model wide = fixture.load("models/classifier");
      try (Composition soft =
          builder().member("one", wide).member("two", wide).average("probabilities")) {
        record Soft(float[] probabilities) {}
        RowModel<Pair, Scores> single = wide.rows(Pair.class, Scores.class);
        RowModel<Pair, Soft> rows = soft.rows(Pair.class, Soft.class);
        Pair pair = new Pair(new float[] {2, 0});
        assertThat(rows.predict(pair).probabilities())
            .containsExactly(single.predict(pair).probabilities());
      }
    }
  }

  @Nested
  class Failures {
    private Composition failing() {
      return builder()
          .member("one", fixture.plus(1, "x"))
          .member("fault", fixture.load("models/fault", reading(Feature.of("x").withColumn("y"))))
          .sequence();
    }

    @Test
    void nameTheMember() {
      try (Composition sum = failing()) {
        assertThatThrownBy(() -> ask(sum, "y", 1))
            .isInstanceOf(InferenceException.class)
            .hasMessageStartingWith("composition sum, member fault: ")
            .hasCauseInstanceOf(InferenceException.class);
        RowModel<X, Y> rows = sum.rows(X.class, Y.class);
        assertThatThrownBy(() -> rows.predict(new X(1)))
            .isInstanceOf(InferenceException.class)
            .hasMessageContaining("member fault");
      }
    }

    @Test
    void ofAClosedMemberNameIt() {
      Model closed = fixture.runtime.load(CompositionFixture.file("deployment/plus2"));
      try (Composition mean =
          builder().member("one", fixture.plus(1, "x")).member("gone", closed).average("y")) {
        closed.close();
        assertThatIllegalStateException()
            .isThrownBy(() -> ask(mean, "y", 1))
            .withMessageStartingWith("composition sum, member gone: the model plus2 is closed");
      }
    }

    @Test
    void endAtTheDeadline() {
      Model endless = fixture.load("models/endless", reading(Feature.of("x").withColumn("y")));
      try (Composition sum =
              builder().member("one", fixture.plus(1, "x")).member("endless", endless).sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1).build()) {
        // long enough for the first member, also on a busy machine
        CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofSeconds(1));
        assertThatThrownBy(() -> sum.predict(batch, soon))
            .isInstanceOf(DeadlineException.class)
            .hasMessageStartingWith("composition sum, member endless: ");
        assertThat(sum.predictAsync(batch, soon, p -> 1))
            .failsWithin(Duration.ofSeconds(30))
            .withThrowableOfType(ExecutionException.class)
            .withCauseInstanceOf(DeadlineException.class);
      }
    }

    /** A listener of the first member takes all the time. */
    @Test
    void leaveNoTimeForTheNextMember() {
      Duration time = Duration.ofSeconds(1);
      LoadOptions slow =
          LoadOptions.builder()
              .listener(
                  event -> {
                    long began = System.nanoTime();
                    while (System.nanoTime() - began < time.toNanos()) {
                      Thread.onSpinWait();
                    }
                  })
              .build();
      try (Composition sum =
              builder()
                  .member("one", fixture.load("deployment/plus1", slow))
                  .member("two", fixture.plus(2, "y"))
                  .sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1).build()) {
        assertThatThrownBy(() -> sum.predict(batch, CallOptions.withDefaults().withDeadline(time)))
            .isInstanceOf(DeadlineException.class)
            .hasMessage(
                "composition sum, member two: found no time left before its call, expected an"
                    + " answer within 1 s");
      }
    }

    @Test
    void ofAClosedBatchAreThrown() {
      FeatureBatch batch = fixture.batch().floats("x", 1).build();
      batch.close();
      try (Composition sum = sequence()) {
        assertThatIllegalStateException().isThrownBy(() -> sum.predict(batch));
        assertThat(sum.predictAsync(batch, CallOptions.withDefaults(), p -> 1))
            .isCompletedExceptionally();
      }
    }
  }

  @Nested
  class AsynchronousCalls {
    @Test
    void holdTheirRows() {
      try (Composition sum = sequence()) {
        List<CompletableFuture<Float>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          try (FeatureBatch batch = fixture.batch().floats("x", i).build()) {
            answers.add(sum.predictAsync(batch, CallOptions.withDefaults(), p -> p.floats("y")[0]));
          }
        }
        for (int i = 0; i < 100; i++) {
          assertThat(answers.get(i).join()).isEqualTo(i + 3f);
        }
      }
    }

    @Test
    void failWithTheReader() {
      try (Composition sum = sequence();
          FeatureBatch batch = fixture.batch().floats("x", 1).build()) {
        assertThat(
                sum.predictAsync(
                    batch,
                    CallOptions.withDefaults(),
                    p -> {
                      throw new IllegalArgumentException("mine");
                    }))
            .failsWithin(Duration.ofSeconds(30))
            .withThrowableOfType(ExecutionException.class)
            .withCauseInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Nested
  class Builders {
    @Test
    void checkNamesAndWeights() {
      Model one = fixture.plus(1, "x");
      Composition.Builder members = builder().member("one", one);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> fixture.runtime.composition(" "))
          .withMessageContaining("blank");
      assertThatIllegalArgumentException().isThrownBy(() -> members.member("a.b", one));
      assertThatIllegalArgumentException().isThrownBy(() -> members.member("", one));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> members.member("one", one))
          .withMessageContaining("twice");
      for (double weight : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
        assertThatIllegalArgumentException().isThrownBy(() -> members.weight("one", weight));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> members.weight("two", 1))
          .withMessageContaining("found \"two\", expected one of [one]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> members.rename("one", "z", "w"))
          .withMessageContaining("found no output \"z\"");
      assertThatIllegalArgumentException().isThrownBy(() -> members.rename("one", "y", " "));
      assertThatIllegalArgumentException().isThrownBy(() -> members.rename("one", "y", "y"));
      assertThatIllegalArgumentException()
          .isThrownBy(members::sequence)
          .withMessageContaining("found 1 members, expected at least two");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> members.weight("one", 0).member("two", one).weight("two", 0).average("y"))
          .withMessageContaining("found weights with the sum 0.0");
    }
  }
}
