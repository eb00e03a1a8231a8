package io.mlops4j.runtime.trust;

import static io.mlops4j.runtime.trust.TrustFixture.KEY;
import static io.mlops4j.runtime.trust.TrustFixture.OTHER;
import static io.mlops4j.runtime.trust.TrustFixture.bundle;
import static io.mlops4j.runtime.trust.TrustFixture.statement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.runtime.trust.TrustFixture.TestSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrustPolicyTest {
  private static final Map<String, String> FILES = Map.of("a.txt", "1", "a/b", "2", "c", "3");
  private static final byte[] GOOD = bundle(statement(FILES, "a.txt", "a/b", "c"));
  private final TrustPolicy policy = TrustPolicy.signedBy(KEY);

  private static String text(byte[] bundle) {
    return new String(bundle, StandardCharsets.UTF_8);
  }

  private void assertRefused(TestSource source, String... words) {
    assertThatThrownBy(() -> policy.verify("fraud", source))
        .isInstanceOfSatisfying(
            UntrustedModelException.class, e -> assertThat(e.model()).isEqualTo("fraud"))
        .hasMessageContainingAll(words);
  }

  @Test
  void filesMayBeListedInAnyOrderAsLongAsTheRootIsOfThatOrder() {
    for (String[] order :
        List.of(new String[] {"a.txt", "a/b", "c"}, new String[] {"a/b", "a.txt", "c"})) {
      TestSource source = TestSource.of(FILES, bundle(statement(FILES, order)));

      assertThat(policy.verify("fraud", source).external()).containsOnlyKeys(FILES.keySet());
    }
    String other = statement(FILES, "c", "a/b", "a.txt");
    String root = other.substring(other.indexOf("sha256\":\"") + 9).substring(0, 64);
    String good = statement(FILES, "a.txt", "a/b", "c");
    String swapped = good.replaceFirst("(sha256\":\")[0-9a-f]{64}", "$1" + root);

    assertRefused(TestSource.of(FILES, bundle(swapped)), "over other files than it lists");
  }

  @Test
  void anotherKeyIsNamedWithTheExpectedOneAndWhatToDo() {
    TestSource source = TestSource.of(FILES, GOOD);

    assertThatThrownBy(() -> TrustPolicy.signedBy(OTHER).verify("fraud", source))
        .isInstanceOf(UntrustedModelException.class)
        .hasMessageContainingAll(
            "fraud: found a signature that names the key " + KEY.hint().substring(0, 12),
            "expected a signature of exactly these files by " + OTHER,
            "the model was not loaded",
            "require another key");
  }

  @Test
  void aHintOfTheTrustedKeyOverTheSignatureOfAnotherIsRefused() {
    String forged = text(GOOD).replace(KEY.hint(), OTHER.hint());

    assertThatThrownBy(
            () ->
                TrustPolicy.signedBy(OTHER)
                    .verify("fraud", TestSource.of(FILES, forged.getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(UntrustedModelException.class);
  }

  @Test
  void filesThatAreAlteredMissingOrNotSignedAreRefusedByName() {
    Map<String, String> altered = new HashMap<>(FILES);
    altered.put("c", "4");
    Map<String, String> missing = new HashMap<>(FILES);
    missing.remove("a/b");
    Map<String, String> more = new HashMap<>(FILES);
    more.put("evil\n.py", "5");

    assertRefused(TestSource.of(altered, GOOD), "found other bytes than were signed in c");
    assertRefused(TestSource.of(missing, GOOD), "found no a/b");
    assertRefused(TestSource.of(more, GOOD), "found files that were not signed, evil?.py");
  }

  @Test
  void aMainFileThatNoSignatureCoversIsRefusedEvenWhereOthersMayBeLeftOut() {
    TrustPolicy lenient =
        TrustPolicy.builder().require("fraud", KEY).leaveOutUnsignedFiles().build();
    TestSource folder = TestSource.of(FILES, GOOD);
    TestSource source =
        new TestSource(
            ByteBuffer.allocate(1), folder.external(), folder.signatures(), folder.main());

    assertThatThrownBy(() -> lenient.verify("fraud", source))
        .isInstanceOf(UntrustedModelException.class)
        .hasMessageContaining("found files that were not signed, folder");
  }

  @Test
  void aModelWithoutASignatureIsRefused() {
    assertRefused(TestSource.of(FILES), "fraud: found no signature", KEY.toString());
  }

  @Test
  void theMostExactRuleDecides() {
    TrustPolicy rules =
        TrustPolicy.builder()
            .require("*", OTHER)
            .require("fraud-*", KEY)
            .allowUnsigned("fraud-test-*")
            .require("fraud-test-7", OTHER)
            .build();

    rules.verify("fraud-eu", TestSource.of(FILES, GOOD));
    rules.verify("fraud-test-6", TestSource.of(FILES));
    assertThatThrownBy(() -> rules.verify("fraud-test-7", TestSource.of(FILES, GOOD)))
        .isInstanceOf(UntrustedModelException.class);
    assertThatThrownBy(() -> rules.verify("churn", TestSource.of(FILES, GOOD)))
        .isInstanceOf(UntrustedModelException.class);
  }

  @Test
  void aModelThatNoRuleNamesIsRefused() {
    TrustPolicy rules = TrustPolicy.builder().require("fraud-*", KEY).build();

    assertThatThrownBy(() -> rules.verify("churn", TestSource.of(FILES, GOOD)))
        .isInstanceOf(UntrustedModelException.class)
        .hasMessage(
            "churn: found no rule for it in the trust policy, which names fraud-*, expected one; "
                + "add TrustPolicy.Builder.require(\"churn\", key)");
    assertThatThrownBy(
            () -> TrustPolicy.builder().build().verify("churn", TestSource.of(FILES, GOOD)))
        .hasMessageContaining("which names no model");
  }

  @Test
  void whereUnsignedModelsAreAllowedASignatureThatIsThereMustHold() {
    TrustPolicy rules = TrustPolicy.builder().require("fraud", KEY).allowUnsigned("fraud").build();
    Map<String, String> altered = new HashMap<>(FILES);
    altered.put("c", "4");

    rules.verify("fraud", TestSource.of(FILES));
    rules.verify("fraud", TestSource.of(FILES, GOOD));
    assertThatThrownBy(() -> rules.verify("fraud", TestSource.of(altered, GOOD)))
        .isInstanceOf(UntrustedModelException.class);
  }

  @Test
  void theSignatureOfAnotherModelIsRefusedWhereNamesMustMatch() {
    TrustPolicy rules = TrustPolicy.builder().require("*", KEY).matchNames().build();

    rules.verify("m", TestSource.of(FILES, GOOD));
    assertThatThrownBy(() -> rules.verify("fraud", TestSource.of(FILES, GOOD)))
        .hasMessageContaining("found the signature of a model named m");
  }

  @Test
  void whatWasVerifiedIsWhatIsHandedOutWhateverTheSourceSaysLater() {
    Map<String, ByteBuffer> changing = new LinkedHashMap<>(TestSource.of(FILES).external());
    TestSource source =
        new TestSource(
            null, changing, TestSource.of(FILES, GOOD).signatures(), TestSource.of(FILES).main());

    var verified = policy.verify("fraud", source);
    changing.put("c", TrustFixture.utf8("evil"));

    assertThat(verified.external().get("c")).isEqualTo(TrustFixture.utf8("3"));
  }

  @Test
  void aBundleThatIsNotOneIsToldFromOneThatIsWrong() {
    String good = text(GOOD);
    refusedBundle("", "a bundle");
    refusedBundle("[]", "a bundle with no JSON object");
    refusedBundle("{", "a bundle with JSON that ends early");
    refusedBundle(good + "{}", "a bundle with JSON that ends early or is malformed");
    refusedBundle(good.replace("v0.3+json", "v9+json"), "\"mediaType\" being");
    refusedBundle(good.replaceFirst("\\{", "{\"mediaType\":\"x\","), "Duplicate");
    refusedBundle("[".repeat(100_000), "nesting depth");
    refusedBundle("{\"x\":" + "9".repeat(100_000) + "}", "Number value length");
    refusedBundle(good.replace("\"sig\":\"", "\"sig\":\"*"), "\"sig\" being no base64");
    refusedBundle(
        good.replace("\"signatures\":[", "\"signatures\":[{},"), "\"signatures\" with 2 elements");
    refusedBundle(good.replace("in-toto+json\"", "else\""), "\"payloadType\" being");
    refusedBundle(good.replace("\"payload\":\"e", "\"payload\":\"f"), "that no required key made");
  }

  private void refusedBundle(String bundle, String words) {
    assertRefused(TestSource.of(FILES, bundle.getBytes(StandardCharsets.UTF_8)), words);
  }

  @Test
  void aStatementThatIsNotOfThisKindIsRefusedThoughItIsSigned() {
    String good = statement(FILES, "a.txt", "a/b", "c");
    refusedStatement(good.replace("signature/v1.0", "signature/v2.0"), "predicateType");
    refusedStatement(good.replace("Statement/v1", "Statement/v0.1"), "_type");
    refusedStatement(good.replace("\"files\"", "\"shards\""), "\"method\" being \"shards\"");
    refusedStatement(good.replace("hash_type\":\"sha256", "hash_type\":\"blake3"), "blake3");
    refusedStatement(statement(FILES, "c", "c"), "\"c\" listed twice");
    refusedStatement(statement(FILES), "a statement with no file");
    refusedStatement(
        good.replace("\"subject\":[", "\"subject\":[{},"), "\"subject\" with 2 elements");
    refusedStatement(
        good.replace("\"predicate\":{", "\"predicate\":{\"resources\":[],"), "Duplicate");
  }

  private void refusedStatement(String statement, String words) {
    assertRefused(TestSource.of(FILES, bundle(statement)), words);
  }

  @Test
  void aRuleIsANameOrTheBeginningOfOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustPolicy.builder().require("a*b", KEY))
        .withMessageContaining("found \"a*b\"");
    assertThatIllegalArgumentException().isThrownBy(() -> TrustPolicy.builder().allowUnsigned(" "));
  }
}
