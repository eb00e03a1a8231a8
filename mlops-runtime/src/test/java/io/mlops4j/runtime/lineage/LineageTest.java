package io.mlops4j.runtime.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.registry.DatabaseUnderTest;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.Models;
import io.mlops4j.runtime.registry.RegistryCopy;
import io.mlops4j.runtime.registry.Shelf;
import io.mlops4j.runtime.registry.store.LinkBlocks;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineageTest {
  private static final DatasetRef JANUARY =
      DatasetRef.of("january", Models.MLP4).withQuery("select 1");
  private static final DatasetRef FEBRUARY = DatasetRef.of("february", Models.MLP4_WRONG);
  private static final ModelVersion FOREIGN = new ModelVersion("base", 7, Models.MLP4);

  @TempDir Path temp;

  private ModelRegistry registry;
  private Path model;

  @BeforeEach
  void open() throws Exception {
    registry = FileModelRegistry.open(temp.resolve("registry"));
    model = Models.mlp4(temp);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private ModelVersion publish(String name, List<ModelVersion> parents, DatasetRef... data) {
    ModelCard.Builder card = ModelCard.builder(name);
    card.parameter("number", Integer.toString(registry.versions(name).size()));
    parents.forEach(card::parent);
    List.of(data).forEach(card::trainedOn);
    return registry.publish(card.build(), model);
  }

  private static List<String> texts(List<RelatedVersion> relatives) {
    return relatives.stream().map(RelatedVersion::toString).toList();
  }

  @Test
  void parentsAndChildrenAreToldNearestFirst() {
    ModelVersion one = publish("m", List.of(FOREIGN));
    ModelVersion side = publish("side", List.of());
    ModelVersion two = publish("m", List.of(one, side));
    ModelVersion tiny = publish("tiny", List.of(two, one));
    ModelVersion lone = publish("m", List.of());

    Lineage lineage = Lineage.of(registry);
    assertThat(texts(lineage.ancestors(tiny)))
        .containsExactly(
            "m:2 (1 step, active)",
            "m:1 (1 step, active)",
            "side:1 (2 steps, active)",
            "base:7 (2 steps, foreign)");
    assertThat(texts(lineage.descendants(FOREIGN)))
        .containsExactly(
            "m:1 (1 step, active)", "m:2 (2 steps, active)", "tiny:1 (2 steps, active)");
    assertThat(texts(lineage.descendants(side)))
        .containsExactly("m:2 (1 step, active)", "tiny:1 (2 steps, active)");
    assertThat(lineage.ancestors(lone)).isEmpty();
    assertThat(lineage.descendants(lone)).isEmpty();
    assertThat(lineage.descendants(tiny)).isEmpty();
  }

  @Test
  void dataAreFollowedUpAndDown() {
    ModelVersion one = publish("m", List.of(FOREIGN), JANUARY);
    ModelVersion two = publish("m", List.of(one), FEBRUARY, JANUARY);
    ModelVersion tiny = publish("tiny", List.of(two));
    publish("m", List.of());

    Lineage lineage = Lineage.of(registry);
    assertThat(lineage.trainedOn(tiny)).containsExactly(FEBRUARY, JANUARY);
    assertThat(lineage.trainedOn(one)).containsExactly(JANUARY);
    assertThat(texts(lineage.madeFrom("january")))
        .containsExactly(
            "m:1 (0 steps, active)", "m:2 (0 steps, active)", "tiny:1 (1 step, active)");
    assertThat(texts(lineage.madeFrom(Models.MLP4_WRONG)))
        .containsExactly("m:2 (0 steps, active)", "tiny:1 (1 step, active)");
    assertThat(lineage.madeFrom("march")).isEmpty();
    assertThatThrownBy(() -> lineage.trainedOn(FOREIGN)).isInstanceOf(RegistryException.class);
  }

  @Test
  void deletedParentsStayAndSaySo() {
    ModelVersion one = publish("m", List.of(), JANUARY);
    ModelVersion two = publish("m", List.of(one));
    ModelVersion bare = publish("bare", List.of());
    ModelVersion three = publish("m", List.of(bare, two));
    registry.delete(one, Change.by("ana").because("its data were withdrawn"));
    registry.delete(bare, Change.by("ana").because("unused"));
    registry.deprecate(two, Change.by("ana"));

    Lineage lineage = Lineage.of(registry);
    assertThat(texts(lineage.ancestors(three)))
        .containsExactly(
            "bare:1 (1 step, deleted)", "m:2 (1 step, deprecated)", "m:1 (2 steps, deleted)");
    assertThat(lineage.trainedOn(three)).containsExactly(JANUARY);
    assertThat(texts(lineage.madeFrom("january")))
        .containsExactly(
            "m:1 (0 steps, deleted)", "m:2 (1 step, deprecated)", "m:3 (2 steps, active)");
  }

  @Test
  void theSameNumberWithOtherBytesIsForeign() {
    publish("m", List.of());
    ModelVersion other = new ModelVersion("m", 1, Models.MLP4_WRONG);
    ModelVersion later = new ModelVersion("m", 99, Models.MLP4);
    ModelVersion two = publish("m", List.of(other, later));
    assertThat(texts(Lineage.of(registry).ancestors(two)))
        .containsExactly("m:1 (1 step, foreign)", "m:99 (1 step, foreign)");
  }

  @Test
  void circlesEnd() {
    ModelVersion two = new ModelVersion("m", 2, Models.MLP4);
    ModelVersion one = publish("m", List.of(two), JANUARY);
    assertThat(publish("m", List.of(one))).isEqualTo(two);
    ModelVersion self = new ModelVersion("self", 1, Models.MLP4);
    assertThat(publish("self", List.of(self))).isEqualTo(self);

    Lineage lineage = Lineage.of(registry);
    assertThat(texts(lineage.ancestors(one))).containsExactly("m:2 (1 step, active)");
    assertThat(texts(lineage.descendants(one))).containsExactly("m:2 (1 step, active)");
    assertThat(texts(lineage.madeFrom("january")))
        .containsExactly("m:1 (0 steps, active)", "m:2 (1 step, active)");
    assertThat(lineage.trainedOn(two)).containsExactly(JANUARY);
    assertThat(lineage.ancestors(self)).isEmpty();
  }

  @Test
  void someModelsAreEnough() {
    ModelVersion one = publish("m", List.of(FOREIGN));
    ModelVersion tiny = publish("tiny", List.of(one));
    publish("other", List.of(one));

    Lineage lineage = Lineage.of(registry, List.of("tiny", "never-published"));
    assertThat(texts(lineage.ancestors(tiny))).containsExactly("m:1 (1 step, active)");
    assertThat(texts(lineage.descendants(one))).containsExactly("tiny:1 (1 step, active)");
  }

  @Test
  void manyVersionsAreReadPageByPage() {
    ModelVersion last = publish("m", List.of());
    for (int i = 0; i < 6; i++) {
      last = publish("m", List.of(last));
    }
    for (int page = 1; page <= 8; page++) {
      LineageIndex index = LineageIndex.read(wrapped(), List.of("m"), 6, page);
      assertThat(index.links()).as("pages of " + page).isEqualTo(6);
    }
    assertThat(Lineage.of(registry).ancestors(last)).hasSize(6);
  }

  /** A registry of another maker. */
  private ModelRegistry wrapped() {
    return (ModelRegistry)
        Proxy.newProxyInstance(
            LineageTest.class.getClassLoader(),
            new Class<?>[] {ModelRegistry.class},
            (proxy, method, arguments) -> method.invoke(registry, arguments));
  }

  private void assertTheSameAsByTheCards(int last) {
    Lineage byCards = Lineage.of(wrapped());
    ModelVersion oldest = registry.resolve("race:1");
    ModelVersion newest = registry.resolve("race:" + last);
    Lineage lineage = Lineage.of(registry);
    assertThat(lineage).hasToString(byCards.toString());
    assertThat(lineage.ancestors(newest)).isEqualTo(byCards.ancestors(newest)).hasSize(last);
    assertThat(lineage.descendants(oldest)).isEqualTo(byCards.descendants(oldest));
    assertThat(lineage.madeFrom("set 3 of 7")).isEqualTo(byCards.madeFrom("set 3 of 7"));
    assertThat(lineage.madeFrom(Models.MLP4_WRONG))
        .isEqualTo(byCards.madeFrom(Models.MLP4_WRONG))
        .isNotEmpty();
  }

  private static ModelCard linked(int number) {
    ModelCard.Builder card = ModelCard.builder("race").parameter("id", "" + number);
    if (number % 4 == 1) {
      card.parent(FOREIGN);
    }
    if (number > 1) {
      card.parent(new ModelVersion("race", number - 1, Models.MLP4));
    }
    if (number % 10 != 5) {
      card.trainedOn(DatasetRef.of("set " + number % 7 + " of 7", Models.MLP4_WRONG));
    }
    return card.build();
  }

  private Path block() {
    return temp.resolve("registry/models/race/links/000001.json");
  }

  @Test
  void blocksOfLinksSaveReadingCardsAndAreMadeUpForWhereTheyAreMissingOrDamaged() throws Exception {
    Shelf.fill(temp.resolve("registry"), model, 1, LinkBlocks.BLOCK + 10, LineageTest::linked);
    int last = LinkBlocks.BLOCK + 10;
    registry.deprecate(registry.resolve("race:7"), Change.by("ana"));
    assertThat(block()).doesNotExist();
    assertTheSameAsByTheCards(last);
    byte[] right = Files.readAllBytes(block());
    assertThat(new String(right, StandardCharsets.UTF_8)).contains("set 3 of 7");
    assertTheSameAsByTheCards(last);

    byte[] wrong = right.clone();
    wrong[wrong.length / 2] ^= 1;
    byte[] ofOtherBlock = Json.writeSealed(Json.parse(right).put("block", 2));
    byte[] ofOtherVersions =
        Json.writeSealed(Json.parse(right).put("last", Models.MLP4.toString()));
    ObjectNode cut = Json.parse(right);
    cut.withArray("data").removeAll();
    byte[] withoutData = Json.writeSealed(cut);
    for (byte[] damaged : List.of(new byte[0], wrong, ofOtherBlock, ofOtherVersions, withoutData)) {
      Files.write(block(), damaged);
      assertTheSameAsByTheCards(last);
      assertThat(block()).hasBinaryContent(right);
    }
    Files.delete(block());
    Files.delete(block().getParent());
    Files.createFile(block().getParent()); // nothing can be written
    assertTheSameAsByTheCards(last);
    Files.delete(block().getParent());

    Lineage.of(registry);
    Files.write(Shelf.version(temp.resolve("registry"), 9).resolve("card.json"), wrong);
    assertThat(Lineage.of(registry).ancestors(registry.resolve("race:" + last))).hasSize(last);
  }

  @Test
  void whoeverPublishesTheLastVersionOfABlockWritesIt() throws Exception {
    Shelf.fill(temp.resolve("registry"), model, 1, LinkBlocks.BLOCK - 2, LineageTest::linked);
    registry.publish(linked(LinkBlocks.BLOCK - 1), model);
    assertThat(block()).doesNotExist();
    registry.publish(linked(LinkBlocks.BLOCK), model);
    byte[] right = Files.readAllBytes(block());
    Files.delete(block());
    Lineage.of(registry);
    assertThat(block()).hasBinaryContent(right);
  }

  @Test
  void aDatabaseGivesTheSameAsTheCards() throws Exception {
    DatabaseUnderTest database = DatabaseUnderTest.h2();
    try (ModelRegistry copy = database.open(temp.resolve("copy"), RegistryOptions.defaults())) {
      int last = 520;
      Shelf.fill(temp.resolve("registry"), model, 1, last, LineageTest::linked);
      RegistryCopy.of(registry, copy).run();
      assertThat(Lineage.of(copy).ancestors(copy.resolve("race:" + last)))
          .isEqualTo(Lineage.of(wrapped()).ancestors(registry.resolve("race:" + last)))
          .hasSize(last);
      assertThat(database.count("SELECT COUNT(*) FROM $links")).isEqualTo(2);
      database.update("UPDATE $version SET card = manifest WHERE seq = 510");
      database.update("UPDATE $version SET card = manifest WHERE seq = 520");
      assertThatThrownBy(() -> Lineage.of(copy))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContainingAll("race:520", "column card");
      for (String damage :
          new String[] {
            "DELETE FROM $links WHERE block = 2",
            "UPDATE $links SET document = (SELECT document FROM $links WHERE block = 1)",
            "DROP TABLE $links"
          }) {
        database.update(damage);
        assertThatThrownBy(() -> Lineage.of(copy))
            .as(damage)
            .isInstanceOf(IntegrityException.class)
            .hasMessageContainingAll("race:510", "column card");
      }
    }
    database.checkAndClose();
  }

  @Test
  void moreLinksThanThereIsMemoryForAreRefused() {
    publish("m", List.of(FOREIGN), JANUARY, FEBRUARY);
    assertThatThrownBy(() -> LineageIndex.read(registry, List.of("m"), 2, 10))
        .isInstanceOf(RegistryException.class)
        .hasMessage(
            "lineage: found more than 2 links, expected at most that many to limit memory;"
                + " read some models only, for example Lineage.of(registry, List.of(\"m\"))");
  }

  @Test
  void aDamagedCardLeavesNoGapThatMisleads() throws Exception {
    publish("m", List.of(FOREIGN));
    try (var paths = Files.walk(temp.resolve("registry"))) {
      Path card = paths.filter(path -> path.endsWith("card.json")).findFirst().orElseThrow();
      card.toFile().setWritable(true);
      Files.writeString(card, Files.readString(card).replace("base", "bass"));
    }
    assertThatThrownBy(() -> Lineage.of(registry))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("card.json");
  }

  @Test
  void aFamilyIsReadable() {
    ModelVersion one = publish("m", List.of(FOREIGN), JANUARY);
    ModelVersion two = publish("m", List.of(one));
    Lineage lineage = Lineage.of(registry);
    assertThat(lineage.markdown(one))
        .isEqualTo(
            """
            # Lineage of m:1

            **Made from**

            | Version | Steps | State | Bytes |
            | --- | ---: | --- | --- |
            | base:7 | 1 | foreign | `%1$s` |

            **Trained on, itself or through these**

            | Data set | Digest |
            | --- | --- |
            | january | `%1$s` |

            **Made into**

            | Version | Steps | State | Bytes |
            | --- | ---: | --- | --- |
            | m:2 | 1 | active | `%1$s` |
            """
                .formatted(Models.MLP4));
    assertThat(lineage.markdown(publish("lone", List.of())))
        .endsWith("Its card states neither parents nor data, and no card names it.\n");
    assertThat(lineage.markdown(two)).contains("| m:1 | 1 | active |");
  }
}
