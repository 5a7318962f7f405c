console.log("no kernels yet");
