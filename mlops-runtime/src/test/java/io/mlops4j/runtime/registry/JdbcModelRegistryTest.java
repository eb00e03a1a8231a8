package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.TestPool;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.Verification.Break;
import io.mlops4j.runtime.lineage.Lineage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registry in a database does beyond what every registry does. */
class JdbcModelRegistryTest {
  private static final Change ANA = Change.by("ana").because("why not");
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

  private JdbcModelRegistry.Builder builder() {
    return database.builder(temp);
  }

  private ModelVersion publish(ModelRegistry registry) throws IOException {
    return registry.publish(Models.card("fraud"), Models.mlp4(temp));
  }

  @Test
  void tellsWhereItIsWithoutWhatMayBeSecret() {
    try (ModelRegistry registry = builder().open()) {
      assertThat(registry.location().toString())
          .startsWith("jdbc:h2:mem:")
          .endsWith("#" + database.prefix())
          .doesNotContain("DB_CLOSE_DELAY");
    }
  }

  @Test
  void aDigestIsFoundByAsManyQueriesHoweverManyModelsThereAre() throws IOException {
    try (ModelRegistry registry = builder().open()) {
      ModelVersion wanted = publish(registry);
      String digest = wanted.digest().toString();
      long few = queries(() -> assertThat(registry.resolve(digest)).isEqualTo(wanted));
      for (int model = 0; model < 20; model++) {
        registry.publish(
            ModelCard.builder("other" + model).build(),
            Path.of("src/test/resources/io/mlops4j/runtime/models/mlp4_wrong.onnx"));
      }
      long many = queries(() -> assertThat(registry.resolve(digest)).isEqualTo(wanted));
      assertThat(many).isLessThanOrEqualTo(few);
    }
  }

  @Test
  void aDigestIsFoundByAsManyQueriesHoweverManyVersionsHaveIt() throws IOException {
    try (ModelRegistry registry = builder().open()) {
      ModelVersion first = publish(registry);
      String digest = first.digest().toString();
      long few = queries(() -> assertThat(registry.resolve(digest)).isEqualTo(first));
      ModelVersion newest = first;
      for (int other = 1; other <= 20; other++) {
        ModelCard card = ModelCard.builder("fraud").owner("other-" + other).build();
        newest = registry.publish(card, Models.mlp4(temp));
      }
      ModelVersion wanted = newest;
      long many = queries(() -> assertThat(registry.resolve(digest)).isEqualTo(wanted));
      assertThat(many).isLessThanOrEqualTo(few);
    }
  }

  private long queries(Runnable work) {
    long before = database.pool.prepared("SELECT");
    work.run();
    return database.pool.prepared("SELECT") - before;
  }

  @Test
  void aBuilderOpensRegistriesThatAreClosedAlone() {
    JdbcModelRegistry.Builder twice =
        JdbcModelRegistry.builder("jdbc:h2:mem:" + UUID.randomUUID(), new Properties());
    try (ModelRegistry first = twice.open()) {
      twice.open().close();
      assertThat(first.models()).isEmpty();
      try (ModelRegistry third = twice.open()) {
        assertThat(third.models()).isEmpty();
      }
    }
  }

  /** Such a database of H2 is there as long as a connection is. */
  @Test
  void anAddressKeepsOneConnectionUntilTheRegistryIsClosed() throws Exception {
    String address = "jdbc:h2:mem:" + UUID.randomUUID();
    try (ModelRegistry registry =
        JdbcModelRegistry.builder(address, new Properties()).schema("ml").open()) {
      ModelVersion version = publish(registry);
      assertThat(registry.resolve("fraud")).isEqualTo(version);
      JdbcModelRegistry.builder(address, new Properties()).schema("ml").existing().open().close();
    }
    assertThatThrownBy(() -> JdbcModelRegistry.builder(address, new Properties()).existing().open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(address + ", table mlops4j_layout: found no registry");
  }

  @Test
  void whereNothingIsExistingMakesNothing() throws SQLException {
    assertThatThrownBy(() -> builder().existing().open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found no registry");
    builder().open().close();
    database.update("DELETE FROM $layout");
    assertThatThrownBy(() -> builder().existing().open()).hasMessageContaining("found no registry");
    assertThat(database.count("SELECT COUNT(*) FROM $layout")).isZero();
  }

  @Test
  void anAddressThatNoDriverKnowsIsToldWithoutWhatMayBeSecret() {
    for (String address :
        List.of(
            "jdbc:nobody://ana:s3cret@host/ml",
            "jdbc:nobody://host/ml?user=ana&password=s3cret",
            "jdbc:nobody://host/ml;password=s3cret",
            "jdbc:nobody:thin:ana/s3cret@//host/ml")) {
      assertThatThrownBy(() -> JdbcModelRegistry.builder(address, new Properties()))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("jdbc:nobody:")
          .hasMessageContaining("//host/ml: found no driver")
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void aRegistryOfANewerLayoutIsRefused() throws SQLException {
    builder().open().close();
    database.update("UPDATE $layout SET layout = 3");
    assertThatThrownBy(() -> builder().open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found layout 3, expected at most 2")
        .hasMessageContaining("newer mlops4j");
  }

  @Test
  void tablesOfSomethingElseAreRefused() throws SQLException {
    builder().open().close();
    database.update("UPDATE $layout SET store = 'shop'");
    assertThatThrownBy(() -> builder().open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found the store shop");
  }

  /** As a later library may have them without a new layout. */
  @Test
  void columnsTablesAndKeysThatItDoesNotKnowAreLeftAlone() throws Exception {
    try (ModelRegistry registry = builder().open()) {
      publish(registry);
      database.update("ALTER TABLE $version ADD COLUMN colour VARCHAR(10)");
      database.update("ALTER TABLE $alias_record ADD COLUMN colour VARCHAR(10)");
      database.update("CREATE TABLE $colour (id INTEGER)");
      database.update("UPDATE $version SET colour = 'red'");
      ModelVersion two = registry.publish(Models.fullCard("fraud"), Models.mlp4(temp));
      registry.assign("fraud@champion", two, ANA);
      assertThat(registry.verify().breaks()).isEmpty();
      assertThat(database.text("SELECT colour FROM $version WHERE seq = ?", 1)).isEqualTo("red");
    }
  }

  @Test
  void namesThatAreNoNamesNeverReachTheDatabase() {
    for (String bad : new String[] {"a;drop table x", "A", "1a", "a-b", "a\"", "a".repeat(31)}) {
      assertThatThrownBy(() -> JdbcModelRegistry.builder(database.pool).prefix(bad).open())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("prefix: found \"" + bad + "\"");
      assertThatThrownBy(() -> JdbcModelRegistry.builder(database.pool).schema(bad).open())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("schema: found \"" + bad + "\"");
    }
  }

  @Test
  void whatPeopleSayIsNeverPartOfAStatement() throws Exception {
    String evil = "'; DROP TABLE " + database.prefix() + "version; -- $model # ?";
    try (ModelRegistry registry = builder().open()) {
      ModelVersion version = publish(registry);
      registry.assign("fraud@champion", version, Change.by(evil).because(evil));
      registry.lease(version, evil).close();
      assertThat(registry.head("fraud@champion").orElseThrow().change().reason()).isEqualTo(evil);
      assertThatThrownBy(() -> registry.versions(evil))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(registry.verify().isIntact()).isTrue();
    }
  }

  @Test
  void aSchemaIsMadeAndRegistriesInItDoNotSeeOthers() throws Exception {
    try (ModelRegistry one = builder().open();
        ModelRegistry two =
            JdbcModelRegistry.builder(database.pool).schema("ml").prefix("").open()) {
      publish(one);
      assertThat(two.models()).isEmpty();
      publish(two);
      assertThat(two.verify().isIntact()).isTrue();
      assertThat(two.location().getFragment()).isEqualTo("ml.");
    }
  }

  @Test
  void aDatabaseThatCannotBeReachedSaysWhatToDo() throws SQLException {
    database.takeAway();
    assertThatThrownBy(() -> builder().open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("nobody listens there")
        .hasMessageContaining("check that it runs");
    DataSource broken = new TestPool(database.pool, true);
    assertThatThrownBy(() -> JdbcModelRegistry.open(broken)).isInstanceOf(RegistryException.class);
  }

  @Test
  void sameContentIsStoredOnceAndStaysUntilNothingHasIt() throws Exception {
    try (ModelRegistry registry = builder().options(SHORT).open()) {
      ModelVersion one = publish(registry);
      ModelVersion two = registry.publish(Models.fullCard("fraud"), Models.mlp4(temp));
      ModelVersion other = registry.publish(Models.card("delay"), Models.mlp4(temp));
      assertThat(database.count("SELECT COUNT(*) FROM $content")).isEqualTo(1);
      registry.delete(one, ANA);
      registry.delete(two, ANA);
      registry.collect(ANA);
      assertThat(database.count("SELECT COUNT(*) FROM $part")).isEqualTo(1);
      assertThat(Digest.sha256(Objects.requireNonNull(registry.source(other).bytes())))
          .isEqualTo(Models.MLP4);
      registry.delete(other, ANA);
      registry.collect(ANA);
      assertThat(database.count("SELECT COUNT(*) FROM $content")).isZero();
      assertThat(database.count("SELECT COUNT(*) FROM $piece")).isZero();
      assertThat(registry.verify().breaks()).isEmpty();
    }
  }

  @Test
  void columnsThatSayOtherThanTheirDocumentAreFound() throws Exception {
    try (ModelRegistry registry = builder().open()) {
      ModelVersion version = publish(registry);
      database.update("UPDATE $version SET card_digest = digest");
      assertThatThrownBy(() -> registry.source(version))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("beside its manifest");
      assertThat(registry.verify().isIntact()).isFalse();
    }
  }

  @Test
  void columnsOfARemovedVersionThatSayOtherThanItsDocumentAreFound() throws Exception {
    try (ModelRegistry registry = builder().options(SHORT).open()) {
      publish(registry);
      registry.delete(registry.publish(Models.fullCard("fraud"), Models.mlp4(temp)), ANA);
      registry.collect(ANA);
      assertThat(registry.verify().breaks()).isEmpty();
      database.update("UPDATE $version SET card_digest = digest WHERE seq = 2");
      assertThat(registry.verify().breaks()).extracting(Break::number).containsExactly(2L);
    }
  }

  @Test
  void aColumnThatIsNoDigestIsNamed() throws Exception {
    try (ModelRegistry registry = builder().open()) {
      publish(registry);
      ModelVersion two = registry.publish(Models.fullCard("fraud"), Models.mlp4(temp));
      Path other = Models.mlp4Wrong(temp);
      isNamed(registry, "ended", 1, () -> registry.source(two));
      isNamed(
          registry,
          "ended",
          2,
          registry::head,
          () -> registry.publish(Models.card("fraud"), other));
      isNamed(registry, "digest", 1, () -> registry.versions("fraud"), () -> Lineage.of(registry));
      isNamed(registry, "card_digest", 1, () -> Lineage.of(registry));
      assertThat(registry.verify().breaks()).isEmpty();
    }
  }

  private void isNamed(ModelRegistry registry, String column, int number, ThrowingCallable... uses)
      throws SQLException {
    String update = "UPDATE $version SET " + column + " = ? WHERE seq = ?";
    String right = database.text("SELECT " + column + " FROM $version WHERE seq = ?", number);
    database.update(update, "none", number);
    for (ThrowingCallable use : uses) {
      assertThatThrownBy(use)
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("fraud:" + number + ", column " + column + ": found \"none\"");
    }
    assertThat(registry.verify().breaks()).extracting(Break::number).contains((long) number);
    database.update(update, right, number);
  }

  @Test
  void aContentInAFolderWhoseNameIsNoDigestIsNamed() throws Exception {
    try (ModelRegistry registry = builder().blobsIn(temp.resolve("contents")).open()) {
      ModelVersion version = publish(registry);
      database.update("UPDATE $part SET content = '../layout'");
      database.update("UPDATE $content SET content = '../layout'");
      assertThatThrownBy(() -> registry.source(version))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("found \"../layout\"");
      assertThat(registry.verify().firstBreak().orElseThrow().problem())
          .contains("found \"../layout\"");
    }
  }

  @Test
  void lostPiecesAndLostRowsAreFound() throws Exception {
    try (ModelRegistry registry = builder().open()) {
      ModelVersion version = publish(registry);
      database.update("DELETE FROM $piece");
      assertThatThrownBy(() -> registry.source(version))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("found nothing there");
      database.update("DELETE FROM $content");
      assertThatThrownBy(() -> registry.source(version)).isInstanceOf(IntegrityException.class);
      database.update("DELETE FROM $part");
      assertThatThrownBy(() -> registry.source(version)).isInstanceOf(IntegrityException.class);
      assertThat(registry.verify().isIntact()).isFalse();
    }
  }

  /** Whatever statement it is: what was asked for has happened completely or not at all. */
  @Test
  void aConnectionLostAtAnyStatementLeavesAllOrNothing() throws Exception {
    Path model = Models.mlp4(temp);
    try (ModelRegistry registry = builder().open()) {
      ModelVersion first = registry.publish(Models.card("fraud"), model);
      int statement = 0;
      boolean lost;
      do {
        statement++;
        lost = isLostAt(statement, registry, first, Models.mlp4Wrong(temp));
      } while (lost);
      assertThat(statement).as("statements of a publish and an assignment").isGreaterThan(15);
      assertThat(database.pool.lent()).isZero();
    }
  }

  private boolean isLostAt(int statement, ModelRegistry registry, ModelVersion first, Path other)
      throws IOException {
    int versions = registry.versions("fraud").size();
    int records = registry.history("fraud@champion").size();
    boolean lost = false;
    database.pool.loseAt(statement);
    try {
      registry.publish(RegistryChild.card("race-" + statement), other);
      registry.publish(
          ModelCard.builder("fraud").parameter("at", Integer.toString(statement)).build(), other);
      registry.assign("fraud@champion", first, ANA);
    } catch (RegistryException e) {
      lost = true;
      assertThat(e).hasMessageContaining("the connection was lost").hasMessageContaining("check");
    }
    database.pool.loseAt(Integer.MAX_VALUE);
    assertThat(registry.verify().breaks()).isEmpty();
    assertThat(registry.versions("fraud").size()).isBetween(versions, versions + 1);
    assertThat(registry.history("fraud@champion").size()).isEqualTo(lost ? records : records + 1);
    return lost;
  }

  @Test
  void contentsMayLieInAFolder() throws Exception {
    Path folder = temp.resolve("contents");
    try (ModelRegistry registry = builder().blobsIn(folder).options(SHORT).open()) {
      ModelVersion version = publish(registry);
      assertThat(publish(registry)).isEqualTo(version);
      Path file = folder.resolve(Models.MLP4.hex().substring(0, 2));
      file = file.resolve(Models.MLP4.hex().substring(2));
      assertThat(Digest.sha256(file)).isEqualTo(Models.MLP4);
      assertThat(database.count("SELECT COUNT(*) FROM $piece")).isZero();
      assertThat(Digest.sha256(Objects.requireNonNull(registry.source(version).bytes())))
          .isEqualTo(Models.MLP4);
      assertThat(registry.verify().breaks()).isEmpty();

      byte[] bytes = Files.readAllBytes(file);
      bytes[100] ^= 1;
      Files.write(file, bytes);
      assertThatThrownBy(() -> registry.source(version)).isInstanceOf(IntegrityException.class);
      assertThat(registry.verify().isIntact()).isFalse();
      Files.delete(file);
      assertThatThrownBy(() -> registry.source(version))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("found nothing there");

      registry.publish(Models.fullCard("fraud"), Models.mlp4(temp));
      assertThat(Digest.sha256(file)).as("written again").isEqualTo(Models.MLP4);
      registry.delete(version, ANA);
      registry.delete(registry.resolve("fraud:2"), ANA);
      registry.collect(ANA);
      assertThat(file).doesNotExist();
      try (Stream<Path> left = Files.list(folder.resolve(".staging"))) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void whatAKilledProcessLeftInTheFolderIsRemovedADayLater() throws Exception {
    Path folder = temp.resolve("contents");
    try (ModelRegistry registry = builder().blobsIn(folder).open()) {
      ModelVersion version = publish(registry);
      Path left = Files.createDirectories(folder.resolve("ab")).resolve("c".repeat(62));
      Path young = Files.writeString(folder.resolve("ab").resolve("d".repeat(62)), "young");
      Files.writeString(left, "left");
      Path known = folder.resolve(Models.MLP4.hex().substring(0, 2));
      known = known.resolve(Models.MLP4.hex().substring(2));
      FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
      Files.setLastModifiedTime(left, old);
      Files.setLastModifiedTime(known, old);
      registry.collect(ANA);
      assertThat(left).doesNotExist();
      assertThat(young).exists();
      assertThat(registry.source(version).digest()).isEqualTo(Models.MLP4);
    }
  }

  @Test
  void aFolderOfContentsBelongsToOneRegistry() throws Exception {
    Path folder = temp.resolve("contents");
    builder().blobsIn(folder).open().close();
    assertThatCode(() -> builder().blobsIn(folder).open().close()).doesNotThrowAnyException();
    assertThatThrownBy(() -> builder().open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("add blobsIn(folder)");
    assertThatThrownBy(
            () -> JdbcModelRegistry.builder(database.pool).prefix("o_").blobsIn(folder).open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found the contents of registry");
    JdbcModelRegistry.builder(database.pool).prefix("p_").open().close();
    assertThatThrownBy(
            () -> JdbcModelRegistry.builder(database.pool).prefix("p_").blobsIn(folder).open())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("leave blobsIn out");
  }

  @Test
  void aFolderOfContentsThatIsNotMountedTakesNothingAndIsNoLoss() throws Exception {
    Path folder = temp.resolve("contents");
    Path away = temp.resolve("away");
    try (ModelRegistry registry = builder().blobsIn(folder).open()) {
      ModelVersion version = publish(registry);
      Files.move(folder, away);
      Files.createDirectory(folder);
      String unmounted = folder + ": found no contents.json any more";
      Path other = Models.mlp4Wrong(temp);
      assertThatThrownBy(() -> registry.publish(Models.card("delay"), other))
          .isExactlyInstanceOf(RegistryException.class)
          .hasMessageContaining(unmounted);
      assertThatThrownBy(() -> registry.source(version))
          .isExactlyInstanceOf(RegistryException.class)
          .hasMessageContaining(unmounted);
      assertThatThrownBy(registry::verify)
          .isExactlyInstanceOf(RegistryException.class)
          .hasMessageContaining(unmounted);
      Files.delete(folder);
      Files.move(away, folder);
      registry.publish(Models.card("delay"), other);
      assertThat(registry.verify().breaks()).isEmpty();
    }
  }

  /** A killed process left bytes without a row; somebody publishes the same, and has no row yet. */
  @Test
  void bytesThatArePublishedAnewAreNotRemovedAsLeftBehind() throws Exception {
    Path folder = temp.resolve("contents");
    Path model = Files.createDirectories(temp.resolve("model"));
    Path first = Files.move(Models.mlp4(temp), model.resolve("a.onnx"));
    Files.write(model.resolve("weights"), new byte[100]);
    String hex = Digest.sha256(Files.readAllBytes(first)).hex();
    Path content = folder.resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    List<Thread> collecting = new ArrayList<>();
    try (ModelRegistry registry = builder().blobsIn(folder).open();
        ModelRegistry collector = builder().blobsIn(folder).open()) {
      registry.publish(
          Models.card("fraud"),
          model,
          PublishOptions.builder()
              .listener(
                  now -> {
                    if (Files.exists(content) && collecting.isEmpty()) {
                      collecting.add(collected(collector, content));
                    }
                  })
              .build());
      collecting.get(0).join();
      assertThat(registry.verify().breaks()).isEmpty();
    }
  }

  /** As if it had seen the content while it was old, which is before it was written anew. */
  private static Thread collected(ModelRegistry collector, Path content) {
    Thread thread = new Thread(() -> collector.collect(ANA), "collector");
    try {
      Files.setLastModifiedTime(content, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
      thread.start();
      thread.join(1000); // it cannot end: it waits for the publisher
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return thread;
  }

  @Test
  void whoReadsAndWhoWritesNeverWaitForEachOthersConnection() throws Exception {
    database.pool.most(1);
    try (ModelRegistry registry = builder().open()) {
      ModelVersion version = publish(registry);
      AtomicBoolean assigned = new AtomicBoolean();
      CompletableFuture<Void> reader =
          CompletableFuture.runAsync(
              () -> {
                while (!assigned.get()) {
                  assertThat(registry.versions("fraud")).containsExactly(version);
                }
              });
      try {
        for (int i = 0; i < 300 && !reader.isDone(); i++) {
          registry.assign("fraud@champion", version, ANA);
        }
      } finally {
        assigned.set(true);
      }
      reader.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void aManifestIsNotReadAgainForEachOfManyFiles() throws Exception {
    Path model = Files.createDirectories(temp.resolve("model"));
    Files.move(Models.mlp4(temp), model.resolve("a.onnx"));
    for (int i = 0; i < 50; i++) {
      Files.writeString(model.resolve("weights" + i), "weights " + i);
    }
    try (ModelRegistry registry = builder().open()) {
      ModelVersion version = registry.publish(Models.card("fraud"), model);
      long before = database.pool.prepared("SELECT manifest");
      assertThat(registry.source(version).external()).hasSize(50);
      assertThat(registry.verify().breaks()).isEmpty();
      assertThat(database.pool.prepared("SELECT manifest") - before).isLessThan(20);
    }
  }

  /** Others of the same process have seen records that a transaction is too old to see. */
  @Test
  void aPoolWhoseTransactionsSeeOnlyWhatWasThereBeforeThemReadsWhileOthersWrite() throws Exception {
    database.pool.isolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (ModelRegistry registry = builder().open()) {
      ModelVersion version = publish(registry);
      registry.assign("fraud@champion", version, ANA);
      AtomicBoolean assigned = new AtomicBoolean();
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(
            CompletableFuture.runAsync(
                () -> {
                  while (!assigned.get()) {
                    assertThat(registry.resolve("fraud@champion")).isEqualTo(version);
                  }
                }));
      }
      try {
        for (int i = 0; i < 500 && readers.stream().noneMatch(CompletableFuture::isDone); i++) {
          registry.assign("fraud@champion", version, ANA);
        }
      } finally {
        assigned.set(true);
      }
      for (CompletableFuture<Void> reader : readers) {
        reader.get(1, TimeUnit.MINUTES);
      }
    }
  }
}
