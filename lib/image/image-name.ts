/** By the extension; what a file is, its content decides. */
export const isImageName = (name: string): boolean => /\.(png|jpe?g|webp|bmp|gif)$/i.test(name);
