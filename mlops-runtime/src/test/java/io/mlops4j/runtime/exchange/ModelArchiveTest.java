package io.mlops4j.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.Waits;
import io.mlops4j.model.Digest;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Narrowing;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Progress;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.card.CardJson;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.Models;
import io.mlops4j.runtime.registry.store.Manifest;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelArchiveTest {
  private static final byte[] BUNDLE = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

  @TempDir Path temporary;
  private ModelRegistry from;
  private ModelRegistry to;
  private ModelVersion version;
  private Path file;

  @BeforeEach
  void open() throws IOException {
    from = FileModelRegistry.open(temporary.resolve("from"));
    to = FileModelRegistry.open(temporary.resolve("to"));
    from.publish(Models.card("fraud"), Models.mlp4Wrong(temporary.resolve("models")));
    version = from.publish(Models.fullCard("fraud"), Models.mlp4(temporary.resolve("models")));
    file = temporary.resolve("fraud.zip");
  }

  @AfterEach
  void close() {
    from.close();
    to.close();
  }

  @Test
  void aMissingFolderIsNamed() {
    Path none = file.resolveSibling("none").resolve("model.zip");
    assertThatThrownBy(() -> ModelArchive.write(from, version, none))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found no folder " + none.getParent() + "; create it first");
  }

  private static byte[] card(Path registry, int number) throws IOException {
    return Files.readAllBytes(
        registry.resolve("models/fraud/versions/00000" + number + "/card.json"));
  }

  @Test
  void aVersionIsImportedWithItsDigestCardAndSignatures() throws IOException {
    from.addSignature(version, BUNDLE);
    ModelArchive.write(from, version, file);

    ModelArchive archive = ModelArchive.read(file);
    ModelVersion there = archive.into(to);

    assertThat(archive.model()).isEqualTo("fraud");
    assertThat(archive.digest()).isEqualTo(Models.MLP4);
    assertThat(there.number()).isEqualTo(1);
    assertThat(there.digest()).isEqualTo(version.digest());
    assertThat(to.signatures(there)).containsExactly(BUNDLE);
    assertThat(card(temporary.resolve("to"), 1)).isEqualTo(card(temporary.resolve("from"), 2));
    assertThat(to.source(there).bytes()).isEqualTo(from.source(version).bytes());
  }

  @Test
  void aNarrowedCardStaysNarrowed() {
    FeatureSchema narrowed = FeatureSchema.ofNames("x").withNarrowing(Narrowing.CHECKED);
    ModelVersion published =
        from.publish(
            ModelCard.builder("narrow").features(narrowed).build(),
            temporary.resolve("models/mlp4.onnx"));
    ModelArchive.write(from, published, file);

    ModelVersion there = ModelArchive.read(file).into(to);

    assertThat(to.card(there).features()).contains(narrowed);
    assertThat(to.card(there).features().orElseThrow().features().get(0).narrowing())
        .isEqualTo(Narrowing.CHECKED);
  }

  @Test
  void aVersionThatIsThereAlreadyIsReturnedAndHasTheSignaturesOfBoth() {
    ModelVersion there = to.publish(from.card(version), temporary.resolve("models/mlp4.onnx"));
    to.addSignature(there, "{}".getBytes(StandardCharsets.UTF_8));
    from.addSignature(version, BUNDLE);
    ModelArchive.write(from, version, file);

    assertThat(ModelArchive.read(file).into(to)).isEqualTo(there);
    assertThat(ModelArchive.read(file).into(to)).isEqualTo(there);
    assertThat(to.versions("fraud")).containsExactly(there);
    assertThat(to.signatures(there)).hasSize(2);
  }

  @Test
  void theSameVersionGivesTheSameBytesAndSaysWhichRegistryItComesFrom() throws IOException {
    ModelArchive.write(from, version, file);
    Path again = temporary.resolve("again.zip");
    ModelArchive.write(from, version, again);
    assertThat(again).hasSameBinaryContentAs(file);

    ModelVersion there = ModelArchive.read(file).into(to);
    ModelArchive.write(to, there, again);
    assertThat(ModelArchive.read(file).origin().orElseThrow().source())
        .isEqualTo(from.location().toString());
    assertThat(ModelArchive.read(again).origin().orElseThrow().source())
        .isEqualTo(to.location().toString());
  }

  @Test
  void aFolderKeepsItsFilesInFolders() throws IOException {
    Path folder = Models.mlp4(temporary.resolve("folder")).getParent();
    Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(folder.resolve("a/b/weights.bin"), "w");
    ModelVersion published = from.publish(Models.card("deep"), folder);
    ModelArchive.write(from, published, file);

    ModelVersion there = ModelArchive.read(file).into(to);

    assertThat(there.digest()).isEqualTo(published.digest());
    assertThat(to.source(there).external()).containsOnlyKeys("a/b/weights.bin");
  }

  @Test
  void aFolderOfOneFileStaysAFolder() throws IOException {
    Path folder = Models.mlp4(temporary.resolve("folder")).getParent();
    ModelVersion published = from.publish(Models.card("one"), folder);
    ModelArchive.write(from, published, file);

    assertThat(ModelArchive.read(file).into(to).digest())
        .isEqualTo(published.digest())
        .isNotEqualTo(Models.MLP4);
  }

  private ModelVersion large() throws IOException {
    Path folder = Models.mlp4(temporary.resolve("folder")).getParent();
    Files.write(folder.resolve("weights.bin"), new byte[9 << 20]);
    return from.publish(Models.card("large"), folder);
  }

  @Test
  void progressIsToldToTheEndWhileAnArchiveIsWritten() throws IOException {
    List<Progress> told = new ArrayList<>();

    ModelArchive.write(from, large(), file, told::add);

    long bytes = 318 + (9 << 20);
    assertThat(told).hasSizeGreaterThan(3).allMatch(now -> now.totalBytes() == bytes);
    assertThat(told).extracting(Progress::bytes).isSorted();
    assertThat(told.get(told.size() - 1))
        .isEqualTo(new Progress("weights.bin", 2, 2, bytes, bytes));
  }

  @Test
  void progressOfAnImportCountsUnpackingAndPublishing() throws IOException {
    ModelArchive.write(from, large(), file);
    List<Progress> told = new ArrayList<>();

    ModelArchive.read(file).into(to, PublishOptions.builder().listener(told::add).build());

    long bytes = 2 * (318 + (9 << 20));
    assertThat(told).hasSizeGreaterThan(6).allMatch(now -> now.totalBytes() == bytes);
    assertThat(told).extracting(Progress::bytes).isSorted();
    assertThat(told).extracting(Progress::done).isSorted();
    assertThat(told.get(told.size() - 1))
        .isEqualTo(new Progress("weights.bin", 4, 4, bytes, bytes));
  }

  @Test
  void whoIsToldMayEndBothAndNothingIsLeftBehind() throws IOException {
    CancellationException enough = new CancellationException("enough");
    ModelVersion large = large();
    assertThatThrownBy(
            () ->
                ModelArchive.write(
                    from,
                    large,
                    file,
                    now -> {
                      throw enough;
                    }))
        .isSameAs(enough);
    assertThat(temporary).isDirectoryNotContaining("glob:**fraud.zip*");

    ModelArchive.write(from, large, file);
    for (int last = 1; last <= 4; last++) {
      int end = last;
      PublishOptions ending =
          PublishOptions.builder()
              .listener(
                  now -> {
                    if (now.done() == end) {
                      throw enough;
                    }
                  })
              .build();
      assertThatThrownBy(() -> ModelArchive.read(file).into(to, ending)).isSameAs(enough);
      assertThat(to.versions("large")).isEmpty();
    }
    Waits.untilNothingIsLeft("mlops4j-archive-");
  }

  /** The archive's entries, to be written again in another way. */
  private Map<String, byte[]> entries() throws IOException {
    ModelArchive.write(from, version, file);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private Path zip(Map<String, byte[]> entries) throws IOException {
    Path made = temporary.resolve("made.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(made))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return made;
  }

  private void assertRefused(Path archive, String words) throws IOException {
    assertRefused(archive, ArchiveLimits.withDefaults(), words);
  }

  private void assertRefused(Path archive, ArchiveLimits limits, String words) throws IOException {
    assertThatThrownBy(() -> ModelArchive.read(archive, limits).into(to))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(words);
    assertThat(to.versions("fraud")).isEmpty();
    Waits.untilNothingIsLeft("mlops4j-archive-");
  }

  @Test
  void anArchiveThatOthersCompressedIsReadAllTheSame() throws IOException {
    assertThat(ModelArchive.read(zip(entries())).into(to).digest()).isEqualTo(version.digest());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "files/../../evil",
        "/etc/evil",
        "C:evil",
        "C:/evil",
        "files\\evil",
        "files/./evil",
        "files//evil",
        "files/",
        "files/evil\u0000",
        "files/nul",
        "files/CON.txt",
        "files/evil.",
        "files/evil ",
        "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"
      })
  void aNameThatCouldLeaveTheFolderOrMeanAnotherFileIsRefused(String name) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put(name, new byte[1]);
    assertRefused(zip(entries), "\", which ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "/etc/evil", "C:evil", "a\\evil", "a/./evil", "nul", "evil."})
  void suchANameIsRefusedAlsoWhereTheIndexListsIt(String name) throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] model = entries.get("files/mlp4.onnx");
    Map<String, Manifest.Entry> files =
        Map.of(
            "mlp4.onnx",
            new Manifest.Entry(model.length, Digest.sha256(model)),
            name,
            new Manifest.Entry(1, Digest.sha256(new byte[1])));
    Digest card = Digest.sha256(entries.get(ArchiveIndex.CARD));
    Digest digest = Manifest.digest(files, true);
    entries.put(
        ArchiveIndex.NAME,
        new ArchiveIndex("fraud", digest, true, files, card, List.of(), null).write());
    entries.put("files/" + name, new byte[1]);

    assertRefused(zip(entries), "\", which ");
  }

  @Test
  void namesThatAreEqualButForCaseOrFormAreRefused() throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put("FILES/mlp4.onnx", new byte[1]);
    assertRefused(zip(entries), "two entries named \"FILES/mlp4.onnx\"");

    Map<String, byte[]> accents = entries();
    accents.put("files/\u00e9", new byte[1]);
    accents.put("files/e\u0301", new byte[1]);
    assertRefused(zip(accents), "two entries named \"files/e");

    Map<String, byte[]> below = entries();
    below.put("card.json/x", new byte[1]);
    assertRefused(zip(below), "below another that is a file");
  }

  @Test
  void aLinkOrASpecialFileIsRefused() throws IOException {
    Path archive = zip(entries());
    // The first entry of the directory: made on Unix, and a link by its mode.
    byte[] bytes = Files.readAllBytes(archive);
    int entry = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
    bytes[entry + 5] = 3;
    bytes[entry + 41] = (byte) 0xa1;
    Files.write(archive, bytes);
    assertRefused(archive, "an entry named \"mlops4j-archive.json\" that is a symbolic link");

    bytes[entry + 41] = 0x11;
    Files.write(archive, bytes);
    assertRefused(archive, "that is a special file");

    bytes[entry + 41] = 0;
    bytes[entry + 8] |= 1;
    Files.write(archive, bytes);
    assertRefused(archive, "that is an encrypted file");
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .indexOf(new String(part, StandardCharsets.ISO_8859_1));
  }

  @Test
  void anEntryThatTheIndexDoesNotListIsRefusedAndOneThatIsMissing() throws IOException {
    Map<String, byte[]> more = entries();
    more.put("files/evil.py", new byte[1]);
    assertRefused(zip(more), "an entry named \"files/evil.py\" that the index does not list");

    Map<String, byte[]> fewer = entries();
    fewer.remove("files/mlp4.onnx");
    assertRefused(zip(fewer), "no entry \"files/mlp4.onnx\"");

    Map<String, byte[]> none = entries();
    none.remove(ArchiveIndex.NAME);
    assertRefused(zip(none), "no entry \"mlops4j-archive.json\"");
  }

  @Test
  void limitsAreCountedWhateverTheArchiveSays() throws IOException {
    Path archive = zip(entries());
    ArchiveLimits limits = ArchiveLimits.withDefaults();
    assertRefused(archive, limits.entries(2), "3 entries where at most 2 are allowed");
    assertRefused(archive, limits.bytes(600), "with more bytes than is allowed");

    Map<String, byte[]> bomb = entries();
    bomb.put(ArchiveIndex.CARD, new byte[32 << 20]);
    assertRefused(zip(bomb), "\"card.json\" with more bytes than is allowed");
    assertRefused(zip(bomb), limits.ratio(1000).bytes(1 << 20), "more bytes than is allowed");
  }

  @Test
  void aFileWithMoreBytesThanItsIndexSaysIsRefusedBeforeTheyAreWritten() throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put("files/mlp4.onnx", new byte[1 << 20]);

    assertRefused(zip(entries), "with more bytes than its index says");
  }

  @Test
  void otherBytesThanTheIndexListsAreRefused() throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] model = entries.get("files/mlp4.onnx").clone();
    model[model.length / 2] ^= 1;
    entries.put("files/mlp4.onnx", model);
    assertRefused(zip(entries), "as its index lists");

    Map<String, byte[]> cards = entries();
    cards.put(ArchiveIndex.CARD, CardDocument.write(Models.card("fraud")));
    assertRefused(zip(cards), "another card than the index lists");

    Map<String, byte[]> index = entries();
    index.put(ArchiveIndex.NAME, replaced(index.get(ArchiveIndex.NAME), "fraud", "freud"));
    assertRefused(zip(index), "seal");
  }

  @Test
  void anIndexThatListsASignatureAsAFileIsRefusedBeforeAnythingIsPublished() throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] model = entries.remove("files/mlp4.onnx");
    byte[] card = entries.get(ArchiveIndex.CARD);
    Map<String, Manifest.Entry> files =
        Map.of(
            "m.onnx", new Manifest.Entry(model.length, Digest.sha256(model)),
            "model.sig", new Manifest.Entry(1, Digest.sha256(new byte[1])));
    ArchiveIndex index =
        new ArchiveIndex(
            "fraud",
            Manifest.digest(files, true),
            true,
            files,
            Digest.sha256(card),
            List.of(),
            null);
    entries.put(ArchiveIndex.NAME, index.write());
    entries.put("files/m.onnx", model);
    entries.put("files/model.sig", new byte[1]);

    assertRefused(zip(entries), "files that no model has, such as model.sig");
  }

  /** A registry of a foreign kind, which has only what every registry must have. */
  private static ModelRegistry keepingNoSignatures(ModelRegistry of) {
    return (ModelRegistry)
        Proxy.newProxyInstance(
            ModelRegistry.class.getClassLoader(),
            new Class<?>[] {ModelRegistry.class},
            (proxy, method, values) ->
                method.isDefault() && method.getName().toLowerCase(Locale.ROOT).contains("sign")
                    ? InvocationHandler.invokeDefault(proxy, method, values)
                    : method.invoke(of, values));
  }

  @Test
  void aSignedVersionIsNotPublishedWhereSignaturesAreNotKept() throws IOException {
    ModelRegistry foreign = keepingNoSignatures(to);
    from.addSignature(version, BUNDLE);
    ModelArchive.write(from, version, file);

    assertThatThrownBy(() -> ModelArchive.read(file).into(foreign))
        .isInstanceOf(RegistryException.class)
        .hasMessageContainingAll("keeps no signatures", "nothing was published");
    assertThat(to.models()).isEmpty();

    Path unsigned = temporary.resolve("unsigned.zip");
    ModelArchive.write(from, from.resolve("fraud:1"), unsigned);
    assertThat(ModelArchive.read(unsigned).into(foreign).number()).isEqualTo(1);
  }

  private static byte[] replaced(byte[] text, String what, String with) {
    return new String(text, StandardCharsets.UTF_8)
        .replace(what, with)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aCardOfANewerLibraryIsRefusedRatherThanCut() throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] card =
        replaced(entries.get(ArchiveIndex.CARD), "\"card\" : 1", "\"aura\" : 7, \"card\" : 1");
    String before = Digest.sha256(entries.get(ArchiveIndex.CARD)).toString();
    Document index =
        Document.parse(
            "index", new String(entries.get(ArchiveIndex.NAME), StandardCharsets.UTF_8), d -> d);
    ArchiveIndex read = ArchiveIndex.read(index);
    assertThat(read.card()).hasToString(before);
    ArchiveIndex changed =
        new ArchiveIndex(
            read.model(),
            read.digest(),
            read.folder(),
            read.files(),
            Digest.sha256(card),
            read.signatures(),
            null);
    entries.put(ArchiveIndex.CARD, card);
    entries.put(ArchiveIndex.NAME, changed.write());

    assertRefused(zip(entries), "keys that this mlops4j does not know");
  }

  @Test
  void whatIsNoArchiveIsRefused() throws IOException {
    assertRefused(temporary.resolve("absent.zip"), "absent.zip");
    assertRefused(Files.writeString(temporary.resolve("text"), "hello"), "found no ZIP file");
    assertRefused(temporary.resolve("models/mlp4.onnx"), "found no ZIP file");
    ModelArchive.write(from, version, file);
    byte[] whole = Files.readAllBytes(file);
    Path cut = temporary.resolve("cut.zip");
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertRefused(cut, "nothing was published");
    }
  }

  @Test
  void aDamagedVersionIsNotArchived() throws IOException {
    Files.write(
        temporary.resolve("from/models/fraud/versions/000002/files/mlp4.onnx"),
        new byte[] {1, 2, 3});

    assertThatThrownBy(() -> ModelArchive.write(from, version, file))
        .isInstanceOf(IntegrityException.class);
    assertThat(file).doesNotExist();
  }

  @Test
  void theCardThatIsReadIsTheCardThatWasWritten() throws IOException {
    ModelArchive.write(from, version, file);
    ModelCard card = ModelArchive.read(file).card();

    assertThat(CardJson.text(card)).isEqualTo(CardJson.text(from.card(version)));
  }

  @Test
  void aVersionWithNamesThatNoReaderLetsInIsNotWritten() throws IOException {
    Path model = Files.createDirectories(temporary.resolve("odd"));
    Files.move(Models.mlp4(temporary), model.resolve("model.onnx"));
    Files.writeString(model.resolve("con.txt"), "a device on Windows");
    ModelVersion odd = from.publish(Models.card("fraud"), model);
    assertThatThrownBy(() -> ModelArchive.write(from, odd, file))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("files/con.txt");
    assertThat(file).doesNotExist();
  }
}
