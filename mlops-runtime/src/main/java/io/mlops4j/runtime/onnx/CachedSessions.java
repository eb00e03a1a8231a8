package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.internal.cache.EntryKey;
import io.mlops4j.runtime.internal.cache.ModelEntries;
import io.mlops4j.runtime.internal.cache.ModelEntry;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens sessions from optimised models on the disk, and writes missing ones. Thread safe.
 *
 * <p>A session can write its graph after all optimisations. If that graph is opened without further
 * optimisation, it runs the same kernels and returns the same values, bit for bit. Its weights are
 * in a file beside it. ONNX Runtime maps that file, copies the weights that a kernel needs in
 * packed form, and releases their pages, so it needs less memory. Such a graph is made for the
 * instructions of one CPU and one version of ONNX Runtime, which are in its key; the number of
 * threads does not matter.
 *
 * <p>A new entry is opened once before it is published: this detects a full disk, and graphs that
 * ONNX Runtime writes but cannot read. The model is then used without a cache.
 */
final class CachedSessions {
  private static final Logger LOG = LoggerFactory.getLogger(CachedSessions.class);

  private final Sessions sessions;
  private final ModelEntries entries;
  private final List<String> machine;
  private final Set<Digest> unfit = ConcurrentHashMap.newKeySet();

  private CachedSessions(Sessions sessions, ModelEntries entries, List<String> machine) {
    this.sessions = sessions;
    this.entries = entries;
    this.machine = machine;
  }

  /** Returns empty, after a warning, if nothing can be cached. */
  static Optional<CachedSessions> over(
      Sessions sessions, OrtEnvironment environment, ModelCache cache) {
    Optional<String> cpu = CpuFeatures.of();
    if (cpu.isEmpty()) {
      LOG.warn(
          "{}: models are not cached, because only Linux tells the CPU's features", cache.folder());
      return Optional.empty();
    }
    List<String> machine = new ArrayList<>();
    machine.add("engine onnxruntime " + environment.getVersion());
    machine.add("providers " + OrtEnvironment.getAvailableProviders());
    machine.add("device cpu " + cpu.get());
    machine.addAll(Sessions.recipe());
    return ModelEntries.open(cache).map(entries -> new CachedSessions(sessions, entries, machine));
  }

  /** Returns null if the model is not cached. */
  @Nullable OpenModel find(ModelSource source, LoadRequest request) {
    if (!isFit(source, request)) {
      return null;
    }
    Optional<ModelEntry> entry = entries.find(key(source.digest()));
    return entry.isEmpty() ? null : open(entry.get(), request);
  }

  private @Nullable OpenModel open(ModelEntry entry, LoadRequest request) {
    OpenModel opened = null;
    try {
      opened = sessions.open(entry, request);
      entries.recheck(entry);
      return opened;
    } catch (OrtException | ModelLoadException | IOException e) {
      if (opened != null) {
        opened.close();
      }
      entries.refuse(entry, e);
      return null;
    }
  }

  /** Opens a model like {@link Sessions#open(OnnxFile, LoadRequest)}, and caches it if possible. */
  OpenModel openAndKeep(OnnxFile file, LoadRequest request) throws OrtException {
    Digest digest = file.source().digest();
    Optional<Path> staged =
        isFit(file.source(), request)
                && file.graph().external().isEmpty()
                && !unfit.contains(digest)
            ? entries.stage(file.bytes().limit())
            : Optional.empty();
    if (staged.isEmpty()) {
      return sessions.open(file, request);
    }
    try {
      OpenModel opened = sessions.openAndWrite(file, request, staged.get());
      keep(opened, file, request, staged.get());
      return opened;
    } catch (OrtException e) {
      giveUp(file, e);
      return sessions.open(file, request); // the model may still open if it is not written
    } finally {
      Disk.deleteQuietly(staged.get());
    }
  }

  private void keep(OpenModel opened, OnnxFile file, LoadRequest request, Path staged) {
    EntryKey key = key(file.source().digest());
    try {
      ModelEntry entry = entries.seal(staged, key);
      try (OpenModel again = sessions.open(entry, request)) {
        ModelSignature found = signature(again, file);
        ModelSignature expected = signature(opened, file);
        if (!found.equals(expected)) {
          giveUp(file, "its signature would be " + found + " in place of " + expected);
          return;
        }
        if (!again.graph().constants().equals(opened.graph().constants())) {
          giveUp(file, "it would lose " + opened.graph().constants());
          return;
        }
      }
      entries.publish(entry, key);
    } catch (OrtException | ModelLoadException e) {
      giveUp(file, e);
    } catch (IOException e) {
      entries.notKept(e);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static ModelSignature signature(OpenModel opened, OnnxFile file) throws OrtException {
    return opened.session().signature(opened.graph(), file.source().main(), Set.of());
  }

  /** Logs no warning, because the model works without a cache. */
  private void giveUp(OnnxFile file, Object reason) {
    unfit.add(file.source().digest());
    LOG.info("{}: its optimised form cannot be cached ({})", file.source().main(), reason);
  }

  private static boolean isFit(ModelSource source, LoadRequest request) {
    return source.cacheable()
        && request.trusted() // other models must not be written, because they are not folded
        && Sessions.isCpu(request.device())
        && !request.profiled() // a profile covers one session
        && request.memoryLimit().isEmpty() // a refusal would look like a damaged entry
        && source.format().equals(ModelFormat.ONNX);
  }

  private EntryKey key(Digest source) {
    List<String> lines = new ArrayList<>();
    lines.add("model " + source);
    lines.addAll(machine);
    return new EntryKey(lines);
  }
}
