package io.mlops4j.runtime.registry.store;

import static io.mlops4j.registry.VersionState.DELETED;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Publication;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Texts;
import io.mlops4j.runtime.internal.source.DeferredSource;
import io.mlops4j.runtime.internal.source.FileSource;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.internal.source.ThisProcess;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** The numbered, immutable versions of all models. */
public final class VersionStore {
  private final Storage storage;
  private final Signing signing;
  private final Clock clock;
  private final VersionSignatures signatures;
  private final Map<String, VersionList> lists = new ConcurrentHashMap<>();
  private final Map<String, States> states = new ConcurrentHashMap<>();

  public VersionStore(Storage storage, Signing signing, Clock clock) {
    this.storage = storage;
    this.signing = signing;
    this.clock = clock;
    this.signatures = new VersionSignatures(storage);
  }

  public VersionList list(String model) {
    return lists.computeIfAbsent(model, key -> storage.list(key, number -> manifest(key, number)));
  }

  States states(String model) {
    return states.computeIfAbsent(model, key -> new States(storage, key, signing, clock));
  }

  /** A manifest and the digest of its bytes. */
  public record Stored(Manifest manifest, Digest digest) {
    public ModelVersion version() {
      return manifest.version();
    }
  }

  public int last(String model) {
    return storage.last(model);
  }

  /**
   * Creates the manifest of a model that is about to be published, with the number 1.
   *
   * @param json the card's document
   * @param files the digested files by their names
   */
  public Manifest staged(
      ModelCard card,
      byte[] json,
      ModelFiles model,
      ModelFiles.Kind kind,
      Map<String, Manifest.Entry> files,
      PublishOptions options) {
    Instant now = clock.instant();
    return new Manifest(
        new ModelVersion(card.name(), 1, Manifest.digest(files, model.isFolder())),
        kind,
        model.isFolder(),
        files,
        Digest.sha256(json),
        new Publication(
            now,
            now,
            options.change(),
            Optional.of(ThisProcess.NAME),
            Optional.of(storage.location().toString()),
            options.origin()));
  }

  /** Creates a meter for the files of a model that is about to be published. */
  public static ProgressMeter meter(ModelFiles model, PublishOptions options) throws IOException {
    long bytes = 0;
    for (Path file : model.paths().values()) {
      bytes += Files.size(file);
    }
    return ProgressMeter.of(options.listener(), model.paths().size(), bytes);
  }

  /** Returns the newest version up to a number that has this content and is not deleted. */
  public Optional<ModelVersion> same(Manifest staged, int last) {
    String model = staged.version().name();
    Digest digest = staged.version().digest();
    for (int number : list(model).of(digest, Optional.of(staged.card()), last)) {
      Manifest found = manifest(model, number).manifest();
      if (found.isOf(digest, staged.card()) && !states(model).isDeleted(number)) {
        return Optional.of(found.version());
      }
    }
    return Optional.empty();
  }

  /** Gives a staged manifest the number after {@code last}, unless the model is retired. */
  public Manifest next(Manifest staged, int last) {
    String model = staged.version().name();
    refuseRetired(model);
    Instant before = last == 0 ? Instant.MIN : manifest(model, last).manifest().published();
    return staged.numbered(last + 1, before);
  }

  /** Returns the versions that are not deleted, the oldest first. Throws if one is missing. */
  List<ModelVersion> all(String model) {
    int last = storage.complete(model);
    Set<Integer> deleted = states(model).in(state -> state.compareTo(DELETED) >= 0).keySet();
    return list(model).all(last).stream()
        .filter(version -> !deleted.contains(version.number()))
        .toList();
  }

  /** Returns a page of versions in any state. */
  List<VersionStatus> page(String model, VersionRange range) {
    int most = Math.min(last(model), range.before().orElse(Integer.MAX_VALUE) - 1);
    int after = range.after().orElse(0);
    int size = Math.min(range.limit(), Math.max(0, most - after));
    return IntStream.range(0, size)
        .map(i -> range.isNewestFirst() ? most - i : after + 1 + i)
        .mapToObj(number -> status(manifest(model, number).manifest()))
        .toList();
  }

  VersionStatus status(Manifest manifest) {
    ModelVersion version = manifest.version();
    Optional<VersionRecord> since = states(version.name()).since(version.number());
    VersionState state = since.map(VersionRecord::state).orElse(VersionState.ACTIVE);
    return new VersionStatus(version, manifest.published(), state, since);
  }

  void refuseRetired(String model) {
    Optional<VersionRecord> retired = states(model).retirement();
    if (retired.isPresent()) {
      throw Problems.refused(
          model,
          "a model that was " + Collector.text(retired.get()),
          "one in use; reinstate it, take another, or name a version by its number");
    }
  }

  /** Returns the version that a bare model name means. */
  ModelVersion latest(String model) {
    refuseRetired(model);
    int last = last(model);
    if (last == 0) {
      return find(model, 1).version(); // throws the error for an unknown model
    }
    int deprecated = 0;
    for (int number = last; number >= 1; number--) {
      VersionState state = states(model).of(number);
      if (state == VersionState.ACTIVE) {
        return find(model, number).version();
      }
      if (state == VersionState.DEPRECATED && deprecated == 0) {
        deprecated = number;
      }
    }
    if (deprecated == 0) {
      throw Problems.refused(
          model,
          "only deleted versions, 1 to " + last + ", in " + storage,
          "one that is not; restore one, or publish again");
    }
    return find(model, deprecated).version();
  }

  /** Returns the version with a number that a caller passed. */
  Stored find(String model, int number) {
    if (storage.has(model, number)) {
      return manifest(model, number);
    }
    int last = storage.lastAnew(model);
    if (number <= last) {
      throw storage.missing(storage.place(model, number));
    }
    if (last == 0) {
      List<String> models = storage.models();
      throw models.isEmpty()
          ? Problems.refused(
              model, "no such model in " + storage + AliasStore.EMPTY, AliasStore.USED)
          : Problems.refused(
              model,
              "no such model in " + storage,
              "one that was published; models there are: " + Texts.some(models));
    }
    throw Problems.refused(
        model + ":" + number, "versions 1 to " + last + " in " + storage, "an existing version");
  }

  /** Returns the version that a caller passed, after comparing its digest with the stored one. */
  public Stored find(ModelVersion version) {
    Stored stored = find(version.name(), version.number());
    if (!stored.version().equals(version)) {
      throw Problems.broken(
          storage.place(version.name(), version.number()),
          "the bytes " + stored.version().digest(),
          version.digest()
              + "; a version never changes, so one of the two comes from another registry");
    }
    return stored;
  }

  public Stored manifest(String model, int number) {
    return manifest(storage, model, number);
  }

  Stored manifest(VersionReader reader, String model, int number) {
    byte[] bytes = reader.manifest(model, number);
    return new Stored(
        Document.readSealed(
            storage.manifestPlace(model, number),
            bytes,
            json -> Manifest.read(json, model, number)),
        Digest.sha256(bytes));
  }

  /** Returns the card's published bytes, which may contain keys of a newer library. */
  byte[] cardBytes(Manifest manifest) {
    return cardBytes(storage, manifest);
  }

  private byte[] cardBytes(VersionReader reader, Manifest manifest) {
    ModelVersion version = manifest.version();
    byte[] bytes = reader.card(version.name(), version.number());
    Storage.check(cardPlace(version), Digest.sha256(bytes), manifest.card());
    return bytes;
  }

  private String cardPlace(ModelVersion version) {
    return storage.cardPlace(version.name(), version.number());
  }

  public ModelCard card(Manifest manifest) {
    return card(storage, manifest);
  }

  ModelCard card(VersionReader reader, Manifest manifest) {
    String place = cardPlace(manifest.version());
    ModelCard card = Document.read(place, cardBytes(reader, manifest), CardDocument::read);
    if (!card.name().equals(manifest.version().name())) {
      throw Document.damaged(place, "the card of " + card.name());
    }
    return card;
  }

  LinkBlocks links(String model) {
    return new LinkBlocks(model, storage.links(model, number -> links(model, number)));
  }

  private Links links(String model, int number) {
    Manifest manifest = manifest(model, number).manifest();
    return Document.read(
        cardPlace(manifest.version()),
        cardBytes(manifest),
        card -> Links.read(manifest.version(), card));
  }

  VersionSignatures signatures() {
    return signatures;
  }

  ModelSource source(Manifest manifest) {
    ModelVersion version = manifest.version();
    checkFiles(version, manifest);
    Map<String, ByteBuffer> read = new TreeMap<>();
    manifest
        .files()
        .forEach((name, expected) -> read.put(name, storage.read(version, name, expected)));
    List<ByteBuffer> bundles = signatures.of(version).stream().map(ByteBuffer::wrap).toList();
    return FileSource.of(manifest.kind(), main(manifest), read, version.digest(), bundles);
  }

  /** Returns a source that reads the files later. Missing files are reported now. */
  ModelSource deferredSource(Manifest manifest) {
    ModelVersion version = manifest.version();
    checkFiles(version, manifest);
    return new DeferredSource(
        manifest.kind(),
        main(manifest),
        manifest.files().size() == 1,
        version.digest(),
        () -> source(manifest));
  }

  void checkFiles(ModelVersion version, Manifest manifest) {
    if (!storage.hasFiles(version)) {
      refuseRemoved(version);
    }
    storage.checkFiles(version, manifest);
  }

  private Path main(Manifest manifest) {
    return storage.path(manifest.version(), manifest.kind().main().orElse(""));
  }

  private void refuseRemoved(ModelVersion version) {
    Optional<VersionRecord> last = states(version.name()).since(version.number());
    Optional<VersionRecord> removed = last.filter(r -> r.state() == VersionState.REMOVED);
    if (removed.isPresent()) {
      throw Problems.refused(
          version,
          "a version whose bytes were " + Collector.text(removed.get()),
          "one that was not deleted; take another, or publish the model again");
    }
  }

  static String name(VersionState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
