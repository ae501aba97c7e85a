import MiniCssExtractPlugin from 'mini-css-extract-plugin';

export default {
  mode: 'production',
  // Trusted Types: webpack loads what is imported later by scripts of its own.
  output: { publicPath: '/', trustedTypes: true, clean: true },
  // Rules for style sheets as any shop has them: the component's own comes as a script, and is not touched by them.
  module: { rules: [{ test: /\.css$/, use: [MiniCssExtractPlugin.loader, 'css-loader'] }] },
  plugins: [new MiniCssExtractPlugin()],
};
