package io.mlops4j.runtime.tensorflow;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineProvider;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Offers TensorFlow under the name {@code tensorflow}, for SavedModels on the CPU. Thread safe;
 * loads neither native code nor any class of TensorFlow before {@link #open}.
 *
 * <p>TensorFlow and JavaCPP, which loads it, are shared by the whole process. So are these
 * settings, which are fixed when they first start:
 *
 * <ul>
 *   <li>The first model decides how many threads all models use inside an operation.
 *   <li>JavaCPP unpacks the native library, some 650 MB, into {@code ~/.javacpp/cache} or the
 *       folder in the system property {@code org.bytedeco.javacpp.cachedir}, and leaves it there.
 *   <li>The system property {@code org.bytedeco.javacpp.maxPhysicalBytes} is set to 0 unless it has
 *       a value. Otherwise JavaCPP counts all memory of the process as its own. When that exceeds
 *       the limit of the heap, JavaCPP collects garbage and sleeps at each allocation.
 *   <li>The environment variable {@code TF_CPP_MIN_LOG_LEVEL} sets what TensorFlow writes to
 *       standard error. With 2 it writes errors only, and a line or two when it starts.
 * </ul>
 *
 * <p>A SavedModel is a program. It is loaded only if each of its operations is on a list of
 * harmless ones, or was allowed ({@link io.mlops4j.inference.LoadOptions.Builder#allowOperations}).
 * Even then, load only models that you trust:
 *
 * <ul>
 *   <li>While it is loaded, it may read TensorFlow's checkpoints outside its folder.
 *   <li>A run cannot be cancelled. A passed deadline is reported after the run has ended by itself.
 *       A run that never ends blocks its caller, and the thread that closes the model, for ever.
 *   <li>TensorFlow reports most errors in a graph, but some end the process.
 *   <li>Text is passed in as UTF-8 only, so an input of other bytes, such as those of an image,
 *       cannot be fed. Returned text may hold any bytes.
 * </ul>
 */
public final class TensorFlowEngineProvider implements EngineProvider {
  static final String TESTED = "1.1.0";

  private static final String NATIVES = "org/tensorflow/internal/c_api/";

  /** For {@link java.util.ServiceLoader}. */
  public TensorFlowEngineProvider() {}

  @Override
  public String name() {
    return "tensorflow";
  }

  @Override
  public Set<ModelFormat> formats() {
    return Set.of(ModelFormat.TENSORFLOW);
  }

  @Override
  public Optional<String> missing() {
    return missing(
        TensorFlowEngineProvider.class.getClassLoader(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
  }

  static Optional<String> missing(ClassLoader loader, String system, String architecture) {
    String classifier = classifier(system, architecture);
    return hasNatives(loader, classifier) || hasNatives(loader, classifier + "-gpu")
        ? Optional.empty()
        : Optional.of(
            "found no native library of TensorFlow for this machine on the class path: add"
                + " org.tensorflow:tensorflow-core-native:%s with the classifier %s"
                    .formatted(TESTED, classifier));
  }

  private static boolean hasNatives(ClassLoader loader, String classifier) {
    for (String library : new String[] {"libjnitensorflow.so", "libjnitensorflow.dylib"}) {
      if (loader.getResource(NATIVES + classifier + "/" + library) != null) {
        return true;
      }
    }
    return false;
  }

  /** Returns the platform's name in JavaCPP. */
  private static String classifier(String system, String architecture) {
    String os = system.toLowerCase(Locale.ROOT);
    String name = os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : "linux";
    return name
        + switch (architecture) {
          case "aarch64" -> "-arm64";
          case "amd64" -> "-x86_64";
          default -> "-" + architecture;
        };
  }

  @Override
  public Engine open(EngineOptions options) {
    missing()
        .ifPresent(
            reason -> {
              throw new EngineUnavailableException(name() + ": " + reason, null);
            });
    return TensorFlowEngine.open(options);
  }
}
