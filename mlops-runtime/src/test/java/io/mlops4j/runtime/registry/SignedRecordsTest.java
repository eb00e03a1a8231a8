package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RecordSigner;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.trust.ModelSigner;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How signed records lie in a store, and that they stay what they are wherever they are copied. */
class SignedRecordsTest {
  private static final Change ANA = Change.by("ana").because("a \"signature\" : \"\", größer");
  private static final KeyPair KEYS = Models.keys("EC");
  private static final ModelSigner SIGNER = ModelSigner.of(KEYS.getPrivate(), KEYS.getPublic());
  private static final TrustPolicy TRUST = TrustPolicy.signedBy(SIGNER.key());
  private static final RegistryOptions OPTIONS =
      RegistryOptions.builder()
          .clock(Clock.fixed(Instant.parse("2001-05-03T12:00:00.123456Z"), ZoneOffset.UTC))
          .build();

  @TempDir Path temp;

  private ModelRegistry open(RegistryOptions options) {
    return FileModelRegistry.open(temp.resolve("registry"), options);
  }

  private Path record(String name) {
    return temp.resolve("registry/models/flight-delay").resolve(name);
  }

  private void write(RegistryOptions options) throws IOException {
    try (ModelRegistry registry = open(options)) {
      ModelVersion one = registry.publish(Models.card("flight-delay"), Models.mlp4(temp));
      registry.assign("flight-delay@champion", one, ANA);
      registry.deprecate(one, ANA);
    }
  }

  /** The text of a record's file is taken apart here by hand, and not by the library. */
  private static void assertSigned(Path file, String kind) throws Exception {
    String text = Files.readString(file);
    String value = text.replaceAll("(?s).*\n  \"signature\" : \"([^\"]*)\".*", "$1");
    String record =
        text.replace("\"" + value + "\"", "\"\"")
            .replaceAll(
                "\"seal\" : \"sha256:[0-9a-f]{64}", "\"seal\" : \"sha256:" + "0".repeat(64));
    byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
    String type = "application/vnd.mlops4j." + kind + "+json";
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(KEYS.getPublic());
    verifier.update(
        ("DSSEv1 " + type.length() + " " + type + " " + bytes.length + " ")
            .getBytes(StandardCharsets.US_ASCII));
    verifier.update(bytes);
    assertThat(verifier.verify(Base64.getDecoder().decode(value))).isTrue();
  }

  @Test
  void aSignedRecordIsAnOrdinaryOneWithTwoMoreKeys() throws Exception {
    write(OPTIONS.toBuilder().signing(SIGNER).build());
    Path file = record("aliases/champion/000001.json");
    assertSigned(file, "alias-record");
    assertSigned(record("changes/000001.json"), "change-record");
    assertThat(Files.readString(file))
        .matches(
            """
            (?s)\\{
              "actor" : "ana",
              "alias" : "champion",
              "at" : "2001-05-03T12:00:00.123456Z",
              "model" : "flight-delay",
              "number" : 1,
              "reason" : "a \\\\"signature\\\\" : \\\\"\\\\", größer",
              "record" : 1,
              "seal" : "sha256:[0-9a-f]{64}",
              "signature" : "[A-Za-z0-9+/]{90,96}={0,2}",
              "signer" : "%s",
              "to" : \\{.*\\}
            \\}
            """
                .formatted(SIGNER.key().hint()));
    assertThat(temp.resolve("registry/layout.json")).content().contains("\"layout\" : 1");
  }

  @Test
  void unsignedRecordsAreWrittenAsEver() throws IOException {
    write(OPTIONS.toBuilder().trusting(TrustPolicy.builder().allowUnsigned("*").build()).build());
    assertThat(record("aliases/champion/000001.json")).content().doesNotContain("\"signer\"");
  }

  @Test
  void anyKeyOfAnApplicationsOwnWillDo() throws Exception {
    KeyPair keys = Models.keys("Ed25519");
    RecordSigner signer =
        new RecordSigner() {
          @Override
          public String keyHint() {
            return "the \"release\" key";
          }

          @Override
          public byte[] signRecord(byte[] record) {
            try {
              Signature made = Signature.getInstance("Ed25519");
              made.initSign(keys.getPrivate());
              made.update(record);
              return made.sign();
            } catch (GeneralSecurityException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    RecordTrust trust =
        new RecordTrust() {
          @Override
          public boolean verifies(String model, String hint, byte[] record, byte[] signature) {
            try {
              Signature verifier = Signature.getInstance("Ed25519");
              verifier.initVerify(keys.getPublic());
              verifier.update(record);
              return model.equals("flight-delay")
                  && hint.equals(signer.keyHint())
                  && verifier.verify(signature);
            } catch (GeneralSecurityException e) {
              return false;
            }
          }

          @Override
          public String signers(String model) {
            return "us";
          }
        };
    write(OPTIONS.toBuilder().signing(signer).trusting(trust).build());
    try (ModelRegistry registry = open(OPTIONS.toBuilder().trusting(trust).build())) {
      assertThat(registry.verify().breaks()).isEmpty();
      assertThat(registry.history("flight-delay@champion")).hasSize(1);
    }
    try (ModelRegistry registry = open(OPTIONS.toBuilder().trusting(TRUST).build())) {
      assertThatThrownBy(() -> registry.resolve("flight-delay@champion"))
          .hasMessageContaining("a signature by the key the \"release");
    }
  }

  @Test
  void aHistoryThatIsReadAgainIsNotJudgedAgain() throws IOException {
    AtomicInteger judged = new AtomicInteger();
    RecordTrust counting =
        new RecordTrust() {
          @Override
          public boolean verifies(String model, String hint, byte[] record, byte[] signature) {
            judged.incrementAndGet();
            return TRUST.verifies(model, hint, record, signature);
          }

          @Override
          public String signers(String model) {
            return TRUST.signers(model);
          }
        };
    write(OPTIONS.toBuilder().signing(SIGNER).build());
    try (ModelRegistry writer = open(OPTIONS.toBuilder().signing(SIGNER).build());
        ModelRegistry reader = open(OPTIONS.toBuilder().trusting(counting).build())) {
      ModelVersion one = writer.resolve("flight-delay:1");
      writer.assign("flight-delay@champion", one, ANA);
      writer.assign("flight-delay@champion", one, ANA);
      for (int i = 0; i < 3; i++) {
        assertThat(reader.history("flight-delay@champion")).hasSize(3);
        assertThat(reader.head("flight-delay@champion")).isPresent();
        assertThat(judged).hasValue(3);
      }
      writer.assign("flight-delay@champion", one, ANA);
      assertThat(reader.history("flight-delay@champion")).hasSize(4);
      assertThat(judged).hasValue(4);
    }
  }

  /** Also those that were judged before they were exchanged. */
  @Test
  void aHistoryThatWasRewrittenMeanwhileIsJudgedAnew() throws Exception {
    FolderUnderTest store = new FolderUnderTest();
    Path root = temp.resolve("registry");
    write(OPTIONS.toBuilder().signing(SIGNER).build());
    try (ModelRegistry reader = store.open(root, OPTIONS.toBuilder().trusting(TRUST).build())) {
      assertThat(reader.history("flight-delay@champion")).hasSize(1);
      store.rewriteHistory("flight-delay@champion");
      assertThatThrownBy(() -> reader.history("flight-delay@champion"))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("forged");
      assertThatThrownBy(() -> reader.resolve("flight-delay@champion"))
          .isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void aSignerThatFailsOrSignsNothingChangesNothing() throws IOException {
    try (ModelRegistry registry = open(OPTIONS)) {
      registry.publish(Models.card("flight-delay"), Models.mlp4(temp));
    }
    UnsupportedOperationException away = new UnsupportedOperationException("the device is away");
    assertThatThrownBy(() -> write(OPTIONS.toBuilder().signing(signing("k", away)).build()))
        .isSameAs(away);
    assertThatThrownBy(() -> write(OPTIONS.toBuilder().signing(signing("k", null)).build()))
        .isInstanceOf(RegistryException.class)
        .hasMessageContainingAll("0 bytes", "nothing was written");
    assertThat(record("aliases")).doesNotExist();
  }

  private static RecordSigner signing(
      String hint, @org.jspecify.annotations.Nullable RuntimeException failure) {
    return new RecordSigner() {
      @Override
      public String keyHint() {
        return hint;
      }

      @Override
      public byte[] signRecord(byte[] record) {
        if (failure != null) {
          throw failure;
        }
        return new byte[0];
      }
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"7", "null", "[]", "\"%\"", "\"\"", "\"AAAA\"", "{\"signature\" : \"AAAA\"}"})
  void aSignatureThatIsNoneIsPassedOverByWhoAsksForNone(String json) throws Exception {
    write(OPTIONS.toBuilder().signing(SIGNER).build());
    Path file = record("aliases/champion/000001.json");
    ObjectNode record = Json.parse(Files.readAllBytes(file));
    record.set(
        "signature",
        Json.parse(("{\"a\":" + json + "}").getBytes(StandardCharsets.UTF_8)).get("a"));
    Files.write(file, Json.writeSealed(record));

    try (ModelRegistry registry = open(OPTIONS)) {
      assertThat(registry.verify().breaks()).isEmpty();
      assertThat(registry.resolve("flight-delay@champion").number()).isEqualTo(1);
      assertThat(registry.verify(VerifyOptions.builder().trusting(TRUST).build()).breaks())
          .hasSize(1);
    }
    try (ModelRegistry registry = open(OPTIONS.toBuilder().trusting(TRUST).build())) {
      assertThatThrownBy(() -> registry.resolve("flight-delay@champion"))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("a signature");
    }
  }

  @Test
  void aCopyIsBelievedAsTheOriginalIs() throws Exception {
    write(OPTIONS.toBuilder().signing(SIGNER).build());
    DatabaseUnderTest database = DatabaseUnderTest.h2();
    try (ModelRegistry folder = open(OPTIONS);
        ModelRegistry tables =
            database.open(temp.resolve("tables"), OPTIONS.toBuilder().trusting(TRUST).build())) {
      byte[] bundle = SIGNER.sign(folder, folder.resolve("flight-delay:1"));
      RegistryCopy.of(folder, tables).run();

      assertThat(tables.verify(folder.head()).breaks()).isEmpty();
      assertThat(tables.history("flight-delay@champion"))
          .isEqualTo(folder.history("flight-delay@champion"));
      assertThat(tables.changes("flight-delay")).isEqualTo(folder.changes("flight-delay"));
      assertThat(tables.signatures(tables.resolve("flight-delay@champion")))
          .containsExactly(bundle);
    }
    database.checkAndClose();
  }

  /** The fixture was written by the first version of this library. */
  @Test
  void anOldRegistryGoesOnSigned() throws Exception {
    Path old =
        Path.of(SignedRecordsTest.class.getResource("layout-1/layout.json").toURI()).getParent();
    try (Stream<Path> paths = Files.walk(old)) {
      for (Path path : paths.toList()) {
        Files.copy(path, temp.resolve("registry").resolve(old.relativize(path).toString()));
      }
    }
    RegistryHead since;
    try (ModelRegistry registry = open(OPTIONS)) {
      since = registry.head();
    }
    try (ModelRegistry registry =
        open(OPTIONS.toBuilder().signing(SIGNER).trusting(TRUST, since).build())) {
      AliasRecord fourth =
          registry.assign("flight-delay@champion", registry.resolve("flight-delay:2"), ANA);
      assertThat(registry.history("flight-delay@champion")).hasSize(4).endsWith(fourth);
      assertThat(registry.verify(since).breaks()).isEmpty();
    }
    assertSigned(record("aliases/champion/000004.json"), "alias-record");
  }
}
