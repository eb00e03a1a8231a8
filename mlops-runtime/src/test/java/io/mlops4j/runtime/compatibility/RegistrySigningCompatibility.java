package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasListener;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.Watch;
import io.mlops4j.runtime.exchange.ModelArchive;
import io.mlops4j.runtime.trust.ModelSigner;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A registry believes only who it was told to trust, whatever an intruder writes who can make every
 * digest anew; and it keeps the signatures of models.
 */
public abstract class RegistrySigningCompatibility extends RegistrySuite {
  private static final ModelSigner OURS = signer();
  private static final ModelSigner EVES = signer();
  private static final TrustPolicy TRUST = TrustPolicy.signedBy(OURS.key());
  private static final String CHALLENGER = "fraud@challenger";

  private ModelVersion one;
  private ModelVersion two;
  private ModelRegistry signed;

  private static ModelSigner signer() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      return ModelSigner.of(keys.getPrivate(), keys.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void publishTwo() throws IOException {
    one = publish(1);
    two = publish(2);
    signed = open("store", options().toBuilder().signing(OURS).trusting(TRUST).build());
  }

  private void sign() {
    signed.assign(CHAMPION, one, ANA);
    clock.advance(Duration.ofHours(1));
    signed.assign(CHAMPION, two, BOB);
    signed.assign(CHALLENGER, one, ANA);
    signed.deprecate(two, BOB);
  }

  /** One that has seen nothing before. */
  private ModelRegistry trusting() {
    return open("store", options().toBuilder().trusting(TRUST).build());
  }

  private static List<String> places(Verification found) {
    return found.breaks().stream().map(each -> each.chain() + " " + each.number()).toList();
  }

  /** By a registry that was told nothing, which is told now. */
  private List<String> verified() {
    return places(
        open(Retention.withDefaults()).verify(VerifyOptions.builder().trusting(TRUST).build()));
  }

  private static void assertForged(ThrowingCallable read) {
    assertThatThrownBy(read)
        .isInstanceOf(IntegrityException.class)
        .hasMessageContainingAll("found", "expected one by " + OURS.key(), "forged", "backup");
  }

  private static void assertChampionForged(ModelRegistry registry) throws InterruptedException {
    Stream.<Consumer<ModelRegistry>>of(
            it -> it.head(CHAMPION),
            it -> it.resolve(CHAMPION),
            it -> it.history(CHAMPION),
            it -> it.at(CHAMPION, Instant.MAX),
            ModelRegistry::head,
            it -> it.assign(CHAMPION, it.resolve("fraud:1"), ANA))
        .forEach(read -> assertForged(() -> read.accept(registry)));
    BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    Watch watch = registry.watch(CHAMPION, queueing(told));
    assertThat(told.poll(60, TimeUnit.SECONDS)).isInstanceOf(IntegrityException.class);
    watch.close();
  }

  private static AliasListener queueing(BlockingQueue<Object> told) {
    return new AliasListener() {
      @Override
      public void onChange(AliasRecord now) {
        told.add(now);
      }

      @Override
      public void onTrouble(RuntimeException trouble) {
        told.add(trouble);
      }
    };
  }

  @Test
  void signedRecordsAreBelievedByWhoTrustsTheirKeyAndReadByEverybody() throws Exception {
    sign();
    for (ModelRegistry each : List.of(trusting(), open(Retention.withDefaults()))) {
      assertThat(each.resolve(CHAMPION)).isEqualTo(two);
      assertThat(each.resolve("fraud")).isEqualTo(one);
      assertThat(each.history(CHAMPION)).extracting(AliasRecord::to).containsExactly(one, two);
      assertThat(each.at(CHAMPION, clock.instant().minusSeconds(60)).orElseThrow().to())
          .isEqualTo(one);
      assertThat(each.changes("fraud")).hasSize(1);
      assertThat(each.verify().breaks()).isEmpty();
      BlockingQueue<Object> told = new LinkedBlockingQueue<>();
      Watch watch = each.watch(CHAMPION, queueing(told));
      assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo(each.head(CHAMPION).orElseThrow());
      watch.close();
    }
    assertThat(verified()).isEmpty();
  }

  @Test
  void aHistoryRewrittenAsAWholeIsFoundByEveryReader() throws Exception {
    sign();
    tested.rewriteHistory(CHAMPION);
    assertThat(open(Retention.withDefaults()).verify().isIntact()).as("by digests alone").isTrue();
    assertThat(verified()).containsExactly("alias fraud@champion 1", "alias fraud@champion 2");
    assertThat(places(trusting().verify())).isEqualTo(verified());
    assertChampionForged(trusting());
    assertThat(trusting().resolve(CHALLENGER)).isEqualTo(one);
  }

  @Test
  void aForgedRecordIsTheFirstBreak() throws Exception {
    sign();
    tested.forgeRecord(CHAMPION, 1);
    assertThat(verified()).containsExactly("alias fraud@champion 1", "alias fraud@champion 2");
    assertThatThrownBy(() -> trusting().history(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("the history is broken there");
    assertThat(trusting().resolve(CHAMPION)).as("its own record is as it was").isEqualTo(two);
  }

  @Test
  void aRecordWithoutASignatureIsRefused() throws Exception {
    sign();
    registry.assign(CHAMPION, one, BOB);
    assertThat(verified()).containsExactly("alias fraud@champion 3");
    assertThatThrownBy(() -> trusting().resolve(CHAMPION)).hasMessageContaining("no signature");
    assertChampionForged(trusting());
    assertThatThrownBy(() -> signed.collect(ANA)).isInstanceOf(IntegrityException.class);
  }

  @Test
  void aRecordSignedBySomebodyElseIsRefused() throws Exception {
    sign();
    open("store", options().toBuilder().signing(EVES).build()).assign(CHAMPION, one, BOB);
    assertThat(verified()).containsExactly("alias fraud@champion 3");
    assertChampionForged(trusting());
  }

  @Test
  void theSignatureOfAnotherRecordOrAliasIsRefused() throws Exception {
    sign();
    tested.moveSignature(CHAMPION, 1, CHAMPION, 2);
    tested.moveSignature(CHAMPION, 1, CHALLENGER, 1);
    assertThat(verified()).containsExactly("alias fraud@challenger 1", "alias fraud@champion 2");
    assertChampionForged(trusting());
    assertForged(() -> trusting().resolve(CHALLENGER));
  }

  @Test
  void statesAreBelievedOnlyIfTheyAreSigned() throws Exception {
    sign();
    tested.forgeChange("fraud", 1);
    assertThat(verified()).containsExactly("changes fraud 1");
    ModelRegistry reader = trusting();
    assertForged(() -> reader.changes("fraud"));
    assertForged(() -> reader.resolve("fraud"));
    assertForged(() -> reader.status(one));
    assertForged(() -> signed.delete(one, ANA));
    assertForged(() -> open("store", options().toBuilder().trusting(TRUST).build()).head());
    assertThat(reader.resolve(CHAMPION)).isEqualTo(two);
  }

  @Test
  void whatNobodyWouldBelieveIsNotWritten() {
    sign();
    RegistryHead before = registry.head();
    for (ModelRegistry each :
        List.of(
            trusting(),
            open("store", options().toBuilder().trusting(TRUST).signing(EVES).build()))) {
      assertThatThrownBy(() -> each.assign(CHAMPION, one, ANA))
          .isExactlyInstanceOf(RegistryException.class)
          .hasMessageContainingAll(CHAMPION, "nothing was changed", "signing");
      assertThatThrownBy(() -> each.restore(two, ANA))
          .isExactlyInstanceOf(RegistryException.class)
          .hasMessageContaining("nothing was changed");
    }
    assertThat(registry.head()).isEqualTo(before);
  }

  @Test
  void recordsUpToAKeptHeadNeedNoSignature() throws Exception {
    registry.assign(CHAMPION, one, ANA);
    clock.advance(Duration.ofHours(1));
    registry.assign(CHAMPION, two, ANA);
    registry.deprecate(two, BOB);
    RegistryHead since = registry.head();
    assertChampionForged(trusting());

    ModelRegistry goesOn =
        open("store", options().toBuilder().signing(OURS).trusting(TRUST, since).build());
    assertThat(goesOn.resolve(CHAMPION)).isEqualTo(two);
    goesOn.assign(CHAMPION, one, BOB);
    goesOn.restore(two, ANA);
    assertThat(goesOn.history(CHAMPION)).hasSize(3);
    assertThat(goesOn.at(CHAMPION, clock.instant().minusSeconds(60)).orElseThrow().number())
        .isEqualTo(1);
    assertThat(goesOn.verify().breaks()).isEmpty();
    VerifyOptions told = VerifyOptions.builder().trusting(TRUST, since).build();
    assertThat(registry.verify(told).breaks()).isEmpty();

    registry.assign(CHALLENGER, one, ANA);
    assertForged(() -> goesOn.resolve(CHALLENGER));
    assertThat(places(registry.verify(told))).containsExactly("alias fraud@challenger 1");
  }

  @Test
  void aBeginningThatIsNotThatOfTheKeptHeadIsRefused() throws Exception {
    registry.assign(CHAMPION, one, ANA);
    registry.assign(CHAMPION, two, ANA);
    registry.assign(CHALLENGER, two, ANA);
    RegistryHead since = registry.head();
    tested.rewriteHistory(CHAMPION);
    tested.cutRecord(CHALLENGER, 1);

    ModelRegistry reader = open("store", options().toBuilder().trusting(TRUST, since).build());
    assertThatThrownBy(() -> reader.resolve(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("rewritten");
    assertThatThrownBy(() -> reader.resolve(CHALLENGER))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("cut off");
    assertThat(places(reader.verify()))
        .containsExactly("alias fraud@champion 2", "alias fraud@challenger 1");
  }

  @Test
  void aHistoryThatWasCutBackIsFoundOnlyByAHead() throws Exception {
    sign();
    RegistryHead kept = registry.head();
    tested.cutRecord(CHAMPION, 2);
    assertThat(trusting().resolve(CHAMPION)).isEqualTo(one);
    assertThat(verified()).isEmpty();
    assertThat(places(trusting().verify(kept))).containsExactly("alias fraud@champion 2");
  }

  @Test
  void aPolicyMayAskForNoSignaturesOfSomeModels() {
    registry.assign(CHAMPION, one, ANA);
    TrustPolicy others =
        TrustPolicy.builder().require("delay", OURS.key()).allowUnsigned("fr*").build();
    assertThat(open("store", options().toBuilder().trusting(others).build()).resolve(CHAMPION))
        .isEqualTo(one);
    TrustPolicy none = TrustPolicy.builder().require("delay", OURS.key()).build();
    assertThatThrownBy(
            () -> open("store", options().toBuilder().trusting(none).build()).resolve(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("no rule");
  }

  @Test
  void signaturesOfModelsAreKeptOnceAndInOneOrder() {
    byte[] bundle = OURS.sign(registry, one);
    byte[] other = EVES.sign(registry, one);
    registry.addSignature(one, bundle);
    assertThat(registry.keepsSignatures()).isTrue();
    for (ModelRegistry each : List.of(registry, trusting())) {
      assertThat(each.signatures(one))
          .containsExactlyInAnyOrder(bundle, other)
          .isSortedAccordingTo(Comparator.comparing(signature -> Digest.sha256(signature).hex()));
      assertThat(each.signatures(two)).isEmpty();
      assertThat(each.source(one).signatures()).hasSize(2);
      assertThat(each.verify().breaks()).isEmpty();
    }
    byte[] copy = registry.signatures(one).get(0);
    copy[0]++;
    assertThat(registry.signatures(one).get(0)).isNotEqualTo(copy);
  }

  @Test
  void signaturesOfModelsTravelWithAnArchive() {
    byte[] bundle = OURS.sign(registry, one);
    Path file = temp.resolve("one.zip");
    ModelArchive.write(registry, one, file);
    ModelRegistry other = open("other", options());
    ModelVersion there = ModelArchive.read(file).into(other);
    assertThat(other.signatures(there)).containsExactly(bundle);
    assertThat(other.verify().breaks()).isEmpty();
  }

  @Test
  void aDamagedSignatureOfAModelIsABreakAndNamed() throws Exception {
    byte[] bundle = OURS.sign(registry, two);
    RegistryHead before = registry.head();
    tested.damageSignature(two);
    Verification found = registry.verify(before);
    assertThat(places(found)).containsExactly("signatures fraud 2");
    assertThat(found.breaks().get(0).place()).contains(Digest.sha256(bundle).hex());
    assertThat(found.head()).as("no chain is broken").isEqualTo(before);
  }

  @Test
  void verifyJudgesWhoSignedTheVersions() throws IOException {
    ModelVersion three = registry.publish(card("fraud", 3), model("mlp4_wrong.onnx"));
    OURS.sign(registry, one);
    EVES.sign(registry, two);
    registry.addSignature(three, OURS.sign(registry, one));
    VerifyOptions judged = VerifyOptions.builder().trustingVersions(TRUST).build();
    Verification found = registry.verify(judged);
    assertThat(places(found))
        .containsExactly("signatures fraud 2", "signatures fraud 3", "signatures fraud 3");
    assertThat(found.breaks().get(0).problem())
        .contains("that no required key made", "expected a signature of exactly these files by");
    TrustPolicy unsigned =
        TrustPolicy.builder().require("*", OURS.key()).allowUnsigned("*").build();
    VerifyOptions lenient = VerifyOptions.builder().trustingVersions(unsigned).build();
    assertThat(places(registry.verify(lenient))).contains("signatures fraud 2");
    ModelVersion other = registry.publish(card("other", 1), model("mlp4.onnx"));
    assertThat(places(registry.verify(lenient))).doesNotContain("signatures other 1");
    assertThat(places(registry.verify(judged))).contains("signatures other 1");
    TrustPolicy none = TrustPolicy.builder().require("fraud", OURS.key()).build();
    assertThat(
            registry
                .verify(VerifyOptions.builder().trustingVersions(none).build())
                .breaks()
                .stream()
                .filter(each -> each.chain().endsWith(other.name()))
                .toList())
        .singleElement()
        .matches(each -> each.problem().contains("no rule for other"));
  }

  @Test
  void aSignatureOfOtherFilesOrOfNothingIsABreak() throws IOException {
    ModelVersion three = registry.publish(card("fraud", 3), model("mlp4_wrong.onnx"));
    registry.addSignature(one, OURS.sign(registry, three));
    registry.addSignature(two, "{}".getBytes(StandardCharsets.UTF_8));
    Verification found = registry.verify(VerifyOptions.builder().recordsOnly().build());
    assertThat(places(found)).containsExactly("signatures fraud 1", "signatures fraud 2");
    assertThat(found.breaks().get(0).problem())
        .contains("found other bytes than were signed in", "expected", "sign the version again");
    assertThat(found.breaks().get(1).problem()).contains("found", "expected a bundle");
  }

  @Test
  void whatIsNoSignatureIsRefusedBeforeAnythingIsPublished() throws IOException {
    Path model = model("mlp4.onnx");
    Files.write(temp.resolve("mlp4.onnx.sig"), new byte[0]);
    assertThatThrownBy(() -> registry.publish(card("other", 1), model))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("signature of 0 bytes");
    assertThat(registry.models()).containsExactly("fraud");
  }

  @Test
  void aDeletionIsASignedRecordToo() {
    sign();
    clock.advance(Duration.ofDays(400));
    signed.assign(CHAMPION, one, ANA);
    clock.advance(Duration.ofDays(400));
    signed.delete(two, ANA);
    assertThat(trusting().status(two).state()).isEqualTo(VersionState.DELETED);
    assertThat(verified()).isEmpty();
  }
}
