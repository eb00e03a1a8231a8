package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.compatibility.EngineRuntimeCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

class OnnxRuntimeCompatibilityTest extends EngineRuntimeCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new OnnxUnderTest();
  }
}
