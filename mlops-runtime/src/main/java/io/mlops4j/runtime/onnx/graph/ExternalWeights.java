package io.mlops4j.runtime.onnx.graph;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The elements of tensors that lie in further files of a model's folder: views of the verified
 * bytes, so that native code reads no file by itself.
 */
final class ExternalWeights {
  private final ModelSource source;
  private final Map<String, ByteBuffer> files;

  ExternalWeights(ModelSource source) {
    this.source = source;
    this.files = source.external();
  }

  /**
   * Finds a tensor's elements.
   *
   * @return exactly as many bytes as its type and shape need
   * @throws ModelLoadException if they are not there
   */
  ByteBuffer elements(ExternalTensor tensor) {
    long expected = bytes(tensor);
    String location = tensor.entries().getOrDefault("location", "");
    ByteBuffer file = file(tensor, location);
    long offset = number(tensor, "offset", 0);
    long length = number(tensor, "length", expected);
    if (length != expected) {
      throw refused(tensor, length + " bytes of it in " + location, expected + " bytes");
    }
    if (offset > file.limit() || length > file.limit() - offset) {
      throw refused(
          tensor,
          "bytes %d to %d of %s".formatted(offset, offset + length, location),
          "them inside the file, which has %d; copy it again".formatted(file.limit()));
    }
    return file.slice((int) offset, (int) length).order(ByteOrder.nativeOrder());
  }

  private long bytes(ExternalTensor tensor) {
    long[] shape = tensor.shape();
    if (Arrays.stream(shape).anyMatch(dim -> dim < 0)) {
      throw refused(tensor, "a negative size", "0 or more");
    }
    long elements = ElementTypes.elements(shape);
    long bytes =
        ProtoTypes.bytes(tensor.dataType(), elements)
            .orElseThrow(
                () -> refused(tensor, "a type that cannot lie in a file of its own", "numbers"));
    if (Math.max(elements, bytes) > DirectMemory.LIMIT) {
      throw refused(tensor, "2 GiB or more", "less than 2 GiB in one tensor; split it");
    }
    return bytes;
  }

  private ByteBuffer file(ExternalTensor tensor, String location) {
    if (files.isEmpty()) {
      throw refused(
          tensor,
          "its elements in another file (%s), but a single file was loaded".formatted(location),
          "the model's folder: put %s and that file in a folder of their own, if they are not, and load the folder (%s) instead of the file, or save the model as one file"
              .formatted(source.main().getFileName(), folder()));
    }
    String name = normalised(location);
    if (name == null) {
      throw refused(
          tensor,
          "its elements at \"%s\"".formatted(location),
          "a file below the model's folder; save the model with its weights beside it");
    }
    ByteBuffer file = files.get(name);
    if (file == null) {
      throw refused(
          tensor,
          "no file %s".formatted(location),
          "it in the model's folder, which has %s; copy it there"
              .formatted(new TreeSet<>(files.keySet())));
    }
    return file;
  }

  private Path folder() {
    return source.main().toAbsolutePath().resolveSibling("").normalize();
  }

  /** Returns null for a path that leads out of the folder, such as an absolute one. */
  private static @Nullable String normalised(String location) {
    if (location.isEmpty() || location.startsWith("/") || location.indexOf('\\') >= 0) {
      return null;
    }
    List<String> kept = new ArrayList<>();
    for (String part : location.split("/", -1)) {
      if (part.equals("..")) {
        return null;
      }
      if (!part.isEmpty() && !part.equals(".")) {
        kept.add(part);
      }
    }
    return String.join("/", kept);
  }

  private long number(ExternalTensor tensor, String key, long absent) {
    String text = tensor.entries().get(key);
    if (text == null) {
      return absent;
    }
    if (!text.matches("\\d{1,18}")) {
      throw refused(tensor, "%s \"%s\"".formatted(key, text), "a number of bytes");
    }
    return Long.parseLong(text);
  }

  private ModelLoadException refused(ExternalTensor tensor, String found, String expected) {
    return new ModelLoadException(
        "%s: %s: found %s, expected %s".formatted(source.main(), tensor, found, expected), null);
  }
}
