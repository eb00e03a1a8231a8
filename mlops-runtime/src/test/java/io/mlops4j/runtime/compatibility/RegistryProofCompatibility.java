package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Progress;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry proves what happened, and says where what it holds is not what was recorded. */
public abstract class RegistryProofCompatibility extends RegistrySuite {
  private ModelVersion one;
  private ModelVersion two;

  @BeforeEach
  void fill() throws IOException {
    one = publish(1);
    two = publish(2);
    registry.assign(CHAMPION, one, ANA);
    registry.assign(CHAMPION, two, BOB);
    registry.assign(CHAMPION, one, ANA);
    registry.assign("fraud@challenger", two, BOB);
    registry.deprecate(two, BOB);
  }

  private static List<String> places(Verification found) {
    return found.breaks().stream().map(each -> each.chain() + " " + each.number()).toList();
  }

  /** By a registry that has seen nothing before. */
  private Verification verify(VerifyOptions options) {
    return open(Retention.withDefaults()).verify(options);
  }

  @Test
  void anIntactRegistryIsFoundIntact() {
    Verification found = registry.verify();
    assertThat(found.breaks()).isEmpty();
    assertThat(found.isIntact()).isTrue();
    assertThat(found.firstBreak()).isEmpty();
    assertThat(found.versions()).isEqualTo(2);
    assertThat(found.records()).isEqualTo(5);
    assertThat(found.bytes()).isPositive();
    assertThat(found.head()).isEqualTo(registry.head());
    assertThat(registry.verify(VerifyOptions.builder().recordsOnly().build()).bytes()).isZero();
  }

  @Test
  void anEmptyRegistryIsIntactAndItsHeadHasNoLines() {
    ModelRegistry empty =
        tested.open(temp.resolve("empty"), io.mlops4j.registry.RegistryOptions.defaults());
    assertThat(empty.head().entries()).isEmpty();
    assertThat(empty.verify(empty.head()).isIntact()).isTrue();
    empty.close();
  }

  @Test
  void theHeadNamesTheEndOfEveryChain() {
    assertThat(registry.head().entries().stream().map(e -> e.chain() + " " + e.number()))
        .containsExactly(
            "alias fraud@challenger 1",
            "alias fraud@champion 3",
            "changes fraud 1",
            "versions fraud 2");
  }

  @Test
  void aHeadThatWasKeptAsTextAcceptsGrowth() throws IOException {
    String kept = registry.head().toString();
    publish(3);
    registry.assign(CHAMPION, two, BOB);
    registry.assign("fraud@new", two, BOB);
    registry.restore(two, ANA);
    registry.publish(card("other", 1), model("mlp4.onnx"));
    assertThat(registry.head().digest()).isNotEqualTo(RegistryHead.parse(kept).digest());
    Verification found = registry.verify(RegistryHead.parse(kept));
    assertThat(found.breaks()).isEmpty();
    assertThat(found.head()).isEqualTo(registry.head());
  }

  @Test
  void damagedBytesAreFoundAndNamed() throws Exception {
    tested.damageBytes(two);
    Verification found = verify(VerifyOptions.defaults());
    assertThat(places(found)).containsExactly("versions fraud 2");
    assertThat(found.firstBreak().orElseThrow().problem()).contains("found", "expected");
    assertThat(found.head().entries())
        .extracting(RegistryHead.Entry::chain)
        .doesNotContain("versions fraud");
    assertThat(verify(VerifyOptions.builder().recordsOnly().build()).isIntact()).isTrue();
  }

  @Test
  void aForgedRecordBreaksTheChainThere() throws Exception {
    tested.forgeRecord(CHAMPION, 2);
    assertThat(places(verify(VerifyOptions.defaults()))).containsExactly("alias fraud@champion 3");
  }

  @Test
  void aForgedNewestRecordIsFoundByTheHeadThatWasKept() throws Exception {
    RegistryHead kept = registry.head();
    tested.forgeRecord(CHAMPION, 3);
    assertThat(verify(VerifyOptions.defaults()).isIntact()).as("nothing says so").isTrue();
    Verification found = verify(VerifyOptions.builder().expecting(kept).build());
    assertThat(places(found)).containsExactly("alias fraud@champion 3");
    assertThat(found.breaks().get(0).problem()).contains("rewritten");
  }

  @Test
  void aHistoryThatWasCutAndWentOnIsFoundByTheHeadThatWasKept() throws Exception {
    RegistryHead kept = registry.head();
    tested.cutRecord(CHAMPION, 3);
    ModelRegistry other = open(Retention.withDefaults());
    Verification cut = other.verify(kept);
    assertThat(places(cut)).containsExactly("alias fraud@champion 3");
    assertThat(cut.breaks().get(0).problem()).contains("cut off");

    other.assign(CHAMPION, two, BOB);
    other.assign(CHAMPION, one, BOB);
    assertThat(other.verify().isIntact()).isTrue();
    assertThat(places(other.verify(kept))).containsExactly("alias fraud@champion 3");
  }

  @Test
  void anAliasThatWasLostAltogetherIsFoundByTheHeadThatWasKept() throws Exception {
    RegistryHead kept = registry.head();
    tested.cutRecord("fraud@challenger", 1);
    assertThat(places(verify(VerifyOptions.builder().expecting(kept).build())))
        .containsExactly("alias fraud@challenger 1");
  }

  @Test
  void aVersionThatWasReplacedIsFoundByTheHeadThatWasKept() throws Exception {
    ModelVersion three = publish(3);
    RegistryHead kept = registry.head();
    tested.cutVersion(three);
    ModelRegistry other = open(Retention.withDefaults());
    assertThat(places(other.verify(kept))).containsExactly("versions fraud 3");
    other.publish(card("fraud", 4), model("mlp4.onnx"));
    assertThat(other.verify().isIntact()).isTrue();
    assertThat(places(other.verify(kept))).containsExactly("versions fraud 3");
  }

  @Test
  void anAliasThatNamesALostVersionIsABreak() throws Exception {
    ModelVersion three = publish(3);
    registry.assign(CHAMPION, three, ANA);
    tested.cutVersion(three);
    assertThat(places(verify(VerifyOptions.defaults()))).containsExactly("alias fraud@champion 4");
  }

  @Test
  void aHeadOfAnotherRegistryDoesNotFit() {
    RegistryHead other =
        RegistryHead.of(
            List.of(
                new RegistryHead.Entry("versions delay", 4, Digest.sha256(new byte[1])),
                new RegistryHead.Entry("versions fraud", 2, Digest.sha256(new byte[1])),
                new RegistryHead.Entry("colours fraud", 2, Digest.sha256(new byte[1]))));
    assertThat(places(registry.verify(other)))
        .containsExactly("versions fraud 2", "versions delay 1");
  }

  @Test
  void breaksAreToldUpToABoundAndCountedBeyond() throws Exception {
    tested.damageBytes(one);
    tested.damageBytes(two);
    tested.forgeRecord(CHAMPION, 1);
    Verification found = verify(VerifyOptions.builder().atMostBreaks(2).build());
    assertThat(places(found)).containsExactly("versions fraud 1", "versions fraud 2");
    assertThat(found.moreBreaks()).isEqualTo(1);
  }

  @Test
  void progressIsToldAndTheListenerMayEndIt() {
    List<Progress> told = new ArrayList<>();
    registry.verify(VerifyOptions.builder().listener(told::add).build());
    assertThat(told).isNotEmpty().allMatch(now -> now.total() == 7);
    assertThat(told.get(told.size() - 1).done()).isEqualTo(7);

    CancellationException enough = new CancellationException("enough");
    assertThatThrownBy(
            () ->
                registry.verify(
                    VerifyOptions.builder()
                        .listener(
                            now -> {
                              throw enough;
                            })
                        .build()))
        .isSameAs(enough);
  }

  @Test
  void aStoreThatIsAwayIsNotTakenForABrokenOne() throws Exception {
    tested.takeAway();
    assertThatThrownBy(() -> registry.verify())
        .isExactlyInstanceOf(io.mlops4j.error.RegistryException.class);
    tested.bringBack();
    assertThat(registry.verify().isIntact()).isTrue();
  }
}
