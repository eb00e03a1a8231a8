package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry in a database is verified by the page. */
class JdbcVerifyTest {
  private static final Change ANA = Change.by("ana");
  private static final VerifyOptions RECORDS = VerifyOptions.builder().recordsOnly().build();
  private static final RegistryOptions SHORT =
      RegistryOptions.builder()
          .retention(Retention.withDefaults().withFloor(Duration.ZERO).withGrace(Duration.ZERO))
          .build();

  @TempDir Path temp;
  private final DatabaseUnderTest database = DatabaseUnderTest.h2();

  @AfterEach
  void everyConnectionCameBack() throws SQLException {
    database.checkAndClose();
  }

  private ModelRegistry open() {
    return database.open(temp, SHORT);
  }

  private ModelVersion publish(ModelRegistry registry, int card) throws IOException {
    return publish(registry, card, "fraud");
  }

  private ModelVersion publish(ModelRegistry registry, int card, String text) throws IOException {
    return registry.publish(
        ModelCard.builder("fraud").owner("owner-" + card).description(text).build(),
        Models.mlp4(temp.resolve("models")));
  }

  private long queries(ModelRegistry registry) {
    long before = database.pool.prepared("SELECT");
    assertThat(registry.verify(RECORDS).breaks()).isEmpty();
    return database.pool.prepared("SELECT") - before;
  }

  private static List<String> places(Verification found) {
    return found.breaks().stream().map(each -> each.chain() + " " + each.number()).toList();
  }

  @Test
  void versionsOfAPageTakeAsManyQueriesAsOneVersion() throws IOException {
    try (ModelRegistry registry = open()) {
      publish(registry, 1);
      long one = queries(registry);
      for (int card = 2; card <= 30; card++) {
        publish(registry, card);
      }
      assertThat(queries(registry)).isEqualTo(one);
    }
  }

  @Test
  void removedVersionsTakeNoQueriesOfTheirOwn() throws IOException {
    try (ModelRegistry registry = open()) {
      for (int card = 1; card <= 3; card++) {
        publish(registry, card);
      }
      registry.delete(publish(registry, 4), ANA);
      registry.collect(ANA);
      long one = queries(registry);
      for (int card = 5; card <= 20; card++) {
        registry.delete(publish(registry, card), ANA);
      }
      registry.collect(ANA);
      assertThat(queries(registry)).isEqualTo(one);
    }
  }

  @Test
  void aRemovedVersionDoesNotExcuseTheSameNumberOfAnotherModel() throws Exception {
    try (ModelRegistry registry = open()) {
      for (String model : new String[] {"delay", "fraud"}) {
        registry.publish(Models.card(model), Models.mlp4(temp));
        registry.publish(Models.card(model), Models.mlp4Wrong(temp));
      }
      registry.delete(registry.resolve("delay:2"), ANA);
      registry.collect(ANA);
      assertThat(registry.verify(RECORDS).breaks()).isEmpty();
      assertThat(database.update("DELETE FROM $part WHERE model = 'fraud' AND seq = 2"))
          .isEqualTo(1);
      assertThat(places(registry.verify(RECORDS))).containsExactly("versions fraud 2");
    }
  }

  @Test
  void recordsTakeOneQueryForAPage() throws IOException {
    try (ModelRegistry registry = open()) {
      ModelVersion version = publish(registry, 1);
      registry.assign("fraud@champion", version, ANA);
      long one = queries(registry);
      for (int record = 2; record <= 2 * 256 + 1; record++) {
        registry.assign("fraud@champion", version, ANA);
      }
      assertThat(queries(registry)).isEqualTo(one + 2);
      long before = database.pool.prepared("SELECT");
      assertThat(registry.history("fraud@champion")).hasSize(2 * 256 + 1);
      assertThat(database.pool.prepared("SELECT") - before).isLessThan(10);
    }
  }

  @Test
  void breaksAroundTheEndOfAPageAreFoundWhereTheyAre() throws Exception {
    try (ModelRegistry registry = open()) {
      ModelVersion version = publish(registry, 1);
      for (int record = 1; record <= 600; record++) {
        registry.assign("fraud@champion", version, ANA);
      }
      for (int missing : new int[] {1, 100, 256, 257, 599}) {
        database.cutRecord("fraud@champion", missing);
      }
      for (int damaged : new int[] {50, 512, 513, 600}) {
        database.update(
            "UPDATE $alias_record SET document = ? WHERE seq = ?", new byte[] {1}, damaged);
      }
      Verification found = registry.verify();
      assertThat(places(found))
          .containsExactlyElementsOf(
              List.of(1, 50, 100, 256, 257, 512, 513, 599, 600).stream()
                  .map(number -> "alias fraud@champion " + number)
                  .toList());
      assertThat(found.breaks().get(0).problem()).contains("found nothing there");
      assertThat(found.breaks().get(1).problem()).contains("JSON");
      assertThat(found.records()).isEqualTo(600);
    }
  }

  @Test
  void aPageOfLargeDocumentsEndsEarlyAndMissesNothing() throws Exception {
    try (ModelRegistry registry = open()) {
      publish(registry, 1);
      long one = queries(registry);
      for (int card = 2; card <= 9; card++) {
        publish(registry, card, "x".repeat(600_000)); // two of them are more than a page
      }
      // Pages: 1 to 3, 4 and 5, 6 and 7, 8 and 9; each has two queries, and all have one more.
      assertThat(queries(registry)).isEqualTo(one + 3 * 2);
      database.cutVersion(registry.resolve("fraud:4"));
      database.cutVersion(registry.resolve("fraud:7"));
      database.update("UPDATE $version SET card = ? WHERE seq = 9", new byte[] {1});
      Verification found = registry.verify();
      assertThat(places(found))
          .containsExactly(
              "versions fraud 4",
              "versions fraud 5",
              "versions fraud 7",
              "versions fraud 8",
              "versions fraud 9");
      assertThat(found.breaks().get(0).problem()).contains("fraud:4: found nothing there");
      assertThat(found.breaks().get(1).problem()).contains("ended");
      assertThat(found.versions()).isEqualTo(9);
    }
  }

  @Test
  void signaturesAreFoundInEveryPage() throws Exception {
    try (ModelRegistry registry = open()) {
      for (int card = 1; card <= 258; card++) {
        publish(registry, card);
      }
      for (int number : new int[] {2, 256, 257, 258}) {
        Models.signer().sign(registry, registry.resolve("fraud:" + number));
      }
      assertThat(registry.verify(RECORDS).breaks()).isEmpty();
      for (int number : new int[] {2, 256, 258}) {
        database.damageSignature(registry.resolve("fraud:" + number));
      }
      assertThat(places(registry.verify(RECORDS)))
          .containsExactly("signatures fraud 2", "signatures fraud 256", "signatures fraud 258");
    }
  }

  /** After a page was read and before its second version is checked. */
  private Verification verify(ModelRegistry registry, Runnable meanwhile) {
    AtomicBoolean done = new AtomicBoolean();
    Verification found =
        registry.verify(
            VerifyOptions.builder()
                .listener(
                    now -> {
                      if (now.done() == 1 && !done.getAndSet(true)) {
                        meanwhile.run();
                      }
                    })
                .build());
    assertThat(done).isTrue();
    return found;
  }

  @Test
  void whatIsRemovedAfterItsPageWasReadIsNoBreak() throws Exception {
    for (boolean inFolder : new boolean[] {false, true}) {
      JdbcModelRegistry.Builder builder = database.builder(temp.resolve("registry-" + inFolder));
      if (inFolder) {
        builder.blobsIn(temp.resolve("contents"));
      }
      try (ModelRegistry registry = builder.options(SHORT).open()) {
        publish(registry, 1);
        ModelVersion two =
            registry.publish(Models.card("fraud"), Models.mlp4Wrong(temp.resolve("models")));
        ModelVersion three = publish(registry, 3);
        Models.signer().sign(registry, three);
        Verification found =
            verify(
                registry,
                () -> {
                  registry.delete(two, ANA);
                  registry.collect(ANA);
                  removeSignatures();
                });
        assertThat(found.breaks()).isEmpty();
        assertThat(registry.verify().breaks()).isEmpty();
      }
    }
  }

  private void removeSignatures() {
    try {
      assertThat(database.update("DELETE FROM $signature")).isEqualTo(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsPublishedAndAssignedAfterAPageWasReadIsNoBreak() throws Exception {
    try (ModelRegistry registry = open()) {
      ModelVersion first = publish(registry, 1);
      publish(registry, 2);
      registry.assign("fraud@champion", first, ANA);
      Verification found =
          verify(
              registry,
              () -> {
                try {
                  registry.assign("fraud@champion", publish(registry, 3), ANA);
                  registry.assign("fraud@new", first, ANA);
                  registry.deprecate(first, ANA);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertThat(found.breaks()).isEmpty();
      assertThat(found.versions()).isEqualTo(2);
    }
  }
}
