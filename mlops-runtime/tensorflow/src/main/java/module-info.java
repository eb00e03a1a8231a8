/**
 * Runs TensorFlow SavedModels. An application needs no type of it: {@code
 * io.mlops4j.runtime.ModelRuntime} finds the engine.
 */
@SuppressWarnings("requires-automatic") // protobuf has a stable automatic name
module io.mlops4j.tensorflow {
  requires com.google.protobuf;
  requires io.mlops4j.runtime;
  requires org.bytedeco.javacpp;
  requires org.slf4j;
  requires tensorflow;
  requires tensorflow.nativelib;

  provides io.mlops4j.spi.EngineProvider with
      io.mlops4j.runtime.tensorflow.TensorFlowEngineProvider;
}
